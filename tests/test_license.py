"""The license has the same text in every place where users and programs look for it."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from sessions_app import asyncapi
from sessions_app.rest.openapi import document

ROOT = Path(__file__).resolve().parent.parent
CLIENT = ROOT / "static" / "js" / "client"


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def test_license_is_mit_with_copyright_of_contributors():
    text = (ROOT / "LICENSE").read_text()
    assert text.startswith("MIT License\n\nCopyright (c) 2026 MindFlip contributors\n")
    assert "](LICENSE)" in (ROOT / "README.md").read_text()


def test_client_package_contains_same_license():
    assert (CLIENT / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


@pytest.mark.parametrize(
    ("license_field", "expected"),
    [
        (tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license"], "MIT"),
        (
            tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license-files"],
            ["LICENSE"],
        ),
        (read(ROOT / "package.json")["license"], "MIT"),
        (read(ROOT / "package-lock.json")["packages"][""]["license"], "MIT"),
        (read(CLIENT / "package.json")["license"], "MIT"),
        (document()["info"]["license"], {"name": "MIT", "identifier": "MIT"}),
        (
            asyncapi.document()["info"]["license"],
            {"name": "MIT", "url": "https://spdx.org/licenses/MIT.html"},
        ),
    ],
    ids=[
        "pyproject",
        "pyproject files",
        "package.json",
        "package-lock.json",
        "client",
        "OpenAPI",
        "AsyncAPI",
    ],
)
def test_metadata_contains_mit_license(license_field, expected):
    assert license_field == expected

"""The pinned requirements match pyproject.toml and have the hash of every package."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
FILES = {
    "requirements.txt": PROJECT["project"]["dependencies"],
    "requirements-dev.txt": PROJECT["project"]["dependencies"]
    + PROJECT["dependency-groups"]["dev"],
    "mindflip/embedded/node.txt": PROJECT["dependency-groups"]["node"],
}


def entries(file: str) -> list[str]:
    """Return the pinned packages with their hashes and comments."""
    return re.split(r"\n(?=[a-z])", re.sub(r"\A(#.*\n)+", "", (ROOT / file).read_text()).strip())


@pytest.mark.parametrize(("file", "dependencies"), FILES.items(), ids=FILES)
def test_requirements_file_pins_every_dependency(file, dependencies):
    """If this fails, run `make pins`."""
    pinned = {entry.split()[0].lower() for entry in entries(file)}
    assert [
        pin
        for pin in dependencies
        if re.sub(r"\[.*\]", "", pin).lower()
        not in {re.sub(r"\[.*\]", "", pinned_entry) for pinned_entry in pinned}
    ] == []


@pytest.mark.parametrize("file", FILES)
def test_every_pinned_package_has_hash_and_no_index_url(file):
    assert [entry.split()[0] for entry in entries(file) if "--hash=sha256:" not in entry] == []
    assert "://" not in (ROOT / file).read_text()
    assert "index-url" not in (ROOT / file).read_text()

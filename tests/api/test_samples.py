"""The samples in docs/api.md run from top to bottom in each language, against a real server."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sessions_app.rest.openapi import document
from sessions_app.rest.samples.steps import STORY, Step
from tests.helpers.processes import ROOT, RunningServer, running_server

PAGE = (ROOT / "docs" / "api.md").read_text()
SECONDS = 120
HERE = "http://localhost:3000"
STAFF = (
    "from django.contrib.auth.models import User; User.objects.create_user('operator',"
    " password='correct horse battery', is_staff=True)"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("server")) as running:
        running.manage("shell", "--command", STAFF)
        yield running


def blocks(language: str, server: RunningServer) -> list[str]:
    """Return the page's samples in a language, for this server and a user per language."""
    matches = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return [
        block.replace(HERE, server.url).replace("alice", f"alice-{language}") for block in matches
    ]


def run(command: list[str], folder: Path = ROOT, **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, (
        f"{command[-1][-2000:]}\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}"
    )
    return done.stdout


def test_the_python_samples_run(server: RunningServer) -> None:
    run([sys.executable, "-c", "\n".join(blocks("python", server))])


def test_the_javascript_samples_run(server: RunningServer) -> None:
    node = shutil.which(
        "node", path=os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ["PATH"]])
    )
    assert node, "there is no node: `make test` installs one"
    run([node, "--input-type=module", "--eval", "\n".join(blocks("js", server))])


def test_the_curl_samples_run(server: RunningServer, tmp_path: Path) -> None:
    head, *calls = blocks("sh", server)
    known = {"server": head.strip().removeprefix("server=")}
    for call, step in zip(calls, STORY, strict=True):
        known |= curl(call, step, tmp_path, known)


def curl(call: str, step: Step, folder: Path, known: dict[str, str]) -> dict[str, str]:
    """Make the call and return the values that later calls use, by name."""
    shown = "".join(f"\nprintf '\\n%s' \"${name}\"" for name in step.made)
    printed = run(
        ["bash", "-c", call.replace("curl -sS", "curl -sS --fail-with-body", 1) + shown],
        folder,
        **known,
    )
    answer, *made = printed.rsplit("\n", len(step.made)) if step.made else [printed]
    return dict(zip(step.made, made, strict=True)) | {
        name: str(value_at(json.loads(answer), there)) for there, name in step.taken.items()
    }


def value_at(answer: Any, there: str) -> Any:
    for key in there.split("."):
        answer = answer[int(key) if key.isdecimal() else key]
    return answer


def test_every_call_of_the_api_is_on_the_page() -> None:
    described = {
        call["operationId"] for methods in document()["paths"].values() for call in methods.values()
    }
    assert described == {step.call for step in STORY}

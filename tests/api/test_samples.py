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
DOCUMENTED_URL = "http://localhost:3000"
CREATE_OPERATOR = (
    "from django.contrib.auth.models import User; User.objects.create_user('operator',"
    " password='correct horse battery', is_staff=True)"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("server")) as running:
        running.manage("shell", "--command", CREATE_OPERATOR)
        yield running


def blocks(language: str, server: RunningServer) -> list[str]:
    """Return the page's samples in a language, for this server and a user per language."""
    matches = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return [
        block.replace(DOCUMENTED_URL, server.url).replace("alice", f"alice-{language}")
        for block in matches
    ]


def run(command: list[str], folder: Path = ROOT, **environment: str) -> str:
    completed = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert completed.returncode == 0, (
        f"{command[-1][-2000:]}\n{completed.stdout[-1000:]}\n{completed.stderr[-2000:]}"
    )
    return completed.stdout


def test_python_samples_run_without_errors(server: RunningServer) -> None:
    run([sys.executable, "-c", "\n".join(blocks("python", server))])


def test_javascript_samples_run_without_errors(server: RunningServer) -> None:
    node = shutil.which(
        "node", path=os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ["PATH"]])
    )
    assert node, "node is not installed; run `make test`"
    run([node, "--input-type=module", "--eval", "\n".join(blocks("js", server))])


def test_curl_samples_run_without_errors(server: RunningServer, tmp_path: Path) -> None:
    head, *calls = blocks("sh", server)
    variables = {"server": head.strip().removeprefix("server=")}
    for call, step in zip(calls, STORY, strict=True):
        variables |= run_curl_sample(call, step, tmp_path, variables)


def run_curl_sample(
    call: str, step: Step, folder: Path, variables: dict[str, str]
) -> dict[str, str]:
    """Make the call and return the values that later calls use, by name."""
    print_values = "".join(f"\nprintf '\\n%s' \"${name}\"" for name in step.made)
    output = run(
        ["bash", "-c", call.replace("curl -sS", "curl -sS --fail-with-body", 1) + print_values],
        folder,
        **variables,
    )
    body, *values = output.rsplit("\n", len(step.made)) if step.made else [output]
    return dict(zip(step.made, values, strict=True)) | {
        name: str(value_at(json.loads(body), path)) for path, name in step.taken.items()
    }


def value_at(value: Any, path: str) -> Any:
    for key in path.split("."):
        value = value[int(key) if key.isdecimal() else key]
    return value


def test_every_api_call_has_sample() -> None:
    documented = {
        call["operationId"] for methods in document()["paths"].values() for call in methods.values()
    }
    steps = {step.call for step in STORY}
    assert documented - steps == set(), "add these calls to sessions_app/rest/samples/steps.py"
    assert steps - documented == set(), "remove these steps, which have no call"

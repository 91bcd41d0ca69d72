"""The systemd units and the image start the commands of the Procfile, from existing files."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from honcho.environ import parse_procfile

from mindflip.embedded import static_files
from mindflip.embedded.run import ROOT

DEPLOY = ROOT / "docs/deploy"
UNITS = {"release": "mindflip-release.service", "web": "mindflip-web@.service"} | {
    name: f"mindflip-{name}.service" for name in ("worker", "beat")
}
PROCESSES = {
    name: shlex.split(command)
    for name, command in parse_procfile((ROOT / "Procfile").read_text()).processes.items()
}


def test_procfile_processes_match_systemd_units():
    commands = {
        name: shlex.split(
            re.search(
                r"^ExecStart=(.*)$", (DEPLOY / "systemd" / UNITS[name]).read_text(), re.MULTILINE
            )[1]
        )
        for name in UNITS
    }
    assert {name: ["python", *command[1:]] for name, command in commands.items()} == PROCESSES


def test_procfile_processes_match_containers():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    web_command = re.search(r"^CMD (\[.*\])$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)[1]
    commands = {name: services[name]["command"] for name in ("release", "worker", "beat")} | {
        "web": yaml.safe_load(web_command)
    }
    assert commands == PROCESSES
    assert "command" not in services["web1"] | services["web2"]


def test_image_contains_required_files():
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    copied = {
        name
        for line in re.findall(r"^COPY (?!--)(.*) \S+$", dockerfile, re.MULTILINE)
        for name in line.split()
    }
    not_ignored = set(
        re.findall(r"^!(.*)$", (DEPLOY / "Dockerfile.dockerignore").read_text(), re.MULTILINE)
    )
    assert copied == not_ignored
    assert {name for name in copied if not (ROOT / name).exists()} == set()
    needed = {Path(name).parts[0] for name in (*static_files.SOURCES, *static_files.MADE_BY)} - {
        "node_modules"
    }
    assert needed <= copied


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_verifies_units_without_errors(tmp_path: Path):
    shutil.copytree(DEPLOY / "systemd", tmp_path, dirs_exist_ok=True)
    units = [name.replace("@", "@8001") for name in UNITS.values()]
    for path in tmp_path.glob("*.service"):  # the installation folder does not exist
        path.write_text(
            path.read_text().replace(
                "/opt/mindflip/.venv/bin/python", shutil.which("true") or "/bin/true"
            )
        )
    shutil.copy(tmp_path / UNITS["web"], tmp_path / "mindflip-web@8001.service")
    completed = subprocess.run(
        ["systemd-analyze", "verify", *(f"./{unit}" for unit in units)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (completed.returncode, completed.stderr) == (0, "")


def test_stop_timeouts_exceed_graceful_shutdown_time(settings: Any):
    unit_timeout = re.search(
        r"^TimeoutStopSec=(\d+)$", (DEPLOY / "systemd" / UNITS["web"]).read_text(), re.MULTILINE
    )[1]
    container_timeout = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["web1"][
        "stop_grace_period"
    ]
    assert (
        settings.SHUTDOWN_TIMEOUT + settings.SHUTDOWN_DELAY
        < int(unit_timeout)
        == int(container_timeout.removesuffix("s"))
    )

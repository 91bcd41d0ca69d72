"""The hook that `make hooks` installs."""

import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / ".pre-commit-config.yaml"


def test_pre_commit_runs_what_make_check_runs():
    hooks = [hook for repo in yaml.safe_load(CONFIG.read_text())["repos"] for hook in repo["hooks"]]
    assert [(hook["entry"], hook["always_run"]) for hook in hooks] == [("make check", True)]


def test_pre_commit_configuration_is_valid():
    command = [sys.executable, "-m", "pre_commit", "validate-config", str(CONFIG)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr

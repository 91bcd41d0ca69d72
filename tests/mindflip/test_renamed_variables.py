"""Environment variables with their names in the previous version work, with a warning."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mindflip import env
from mindflip.embedded.run import ROOT
from mindflip.embedded.servers import free_port
from tests.helpers.processes import eventually
from tests.helpers.timeouts import TIMEOUT_SECONDS

KEYS = "an earlier secret key " * 3
# Maps each old name to a value that is not the default, the setting that the variable sets, and the
# setting's expected value.
RENAMED: dict[str, tuple[str, str, Any]] = {
    "MINDFLIP_HOSTS": ("cards.example.org", "ALLOWED_HOSTS", ["cards.example.org"]),
    "MINDFLIP_ORIGINS": ("https://a.example", "ALLOWED_ORIGINS", ["https://a.example"]),
    "MINDFLIP_OLD_SECRET_KEYS": (KEYS, "SECRET_KEY_FALLBACKS", [KEYS.strip()]),
    "MINDFLIP_PROXIES": ("2", "TRUSTED_PROXY_COUNT", 2),
    "MINDFLIP_SIGN_IN_FAILURES": ("11", "MAX_SIGN_IN_FAILURES", 11),
    "MINDFLIP_ACCESS_MINUTES": ("61", "SIMPLE_JWT.ACCESS_TOKEN_LIFETIME", "1:01:00"),
    "MINDFLIP_REFRESH_DAYS": ("31", "SIMPLE_JWT.REFRESH_TOKEN_LIFETIME", "31 days, 0:00:00"),
    "MINDFLIP_CALL_RATE": ("9/hour", "REST_FRAMEWORK.DEFAULT_THROTTLE_RATES.calls", "9/hour"),
    "MINDFLIP_WORKER_SEEN_SECONDS": ("61", "WORKER_HEARTBEAT_TIMEOUT", 61),
    "MINDFLIP_DRAIN_SECONDS": ("21", "SHUTDOWN_TIMEOUT", 21),
    "MINDFLIP_DRAIN_NOTICE_SECONDS": ("7", "SHUTDOWN_DELAY", 7),
    "MINDFLIP_SESSION_TOUCH_SECONDS": ("31", "SESSION_ACTIVITY_INTERVAL", 31),
    "MINDFLIP_SESSION_KEPT_DAYS": ("33", "SESSION_RETENTION_DAYS", 33),
    "MINDFLIP_SESSIONS_PER_USER": ("22", "MAX_SESSIONS_PER_USER", 22),
    "MINDFLIP_QUEUE_PER_USER": ("23", "MAX_QUEUED_PER_USER", 23),
    "MINDFLIP_ENGINE_PRESENT_SECONDS": ("62", "ENGINE_TIMEOUT_SECONDS", 62),
    "MINDFLIP_RESUME_GENERATIONS": ("1001", "RESUME_LIMIT", 1001),
    "MINDFLIP_ATTEMPTS": ("4", "MAX_ATTEMPTS", 4),
    "MINDFLIP_MESSAGE_BYTES": ("65537", "MESSAGE_MAX_BYTES", 65537),
    "MINDFLIP_RESPONSE_BYTES": ("1048577", "RESPONSE_MAX_BYTES", 1048577),
    "MINDFLIP_BIN_DAYS": ("34", "TRASH_DAYS", 34),
    "MINDFLIP_IMPORT_MEGABYTES": ("101", "IMPORT_MAX_MEGABYTES", 101),
    "MINDFLIP_IMPORT_CARDS": ("20001", "IMPORT_MAX_CARDS", 20001),
    "MINDFLIP_IMPORT_SECONDS": ("121", "IMPORT_TIME_LIMIT", 121),
    "MINDFLIP_PROMPT_DAYS": ("35", "PROMPT_RETENTION_DAYS", 35),
    "MINDFLIP_AUDIT_DAYS": ("366", "AUDIT_LOG_RETENTION_DAYS", 366),
    "MINDFLIP_ATTEMPT_DAYS": ("8", "FAILED_SIGN_IN_RETENTION_DAYS", 8),
    "MINDFLIP_UNUSED_ACCOUNT_DAYS": ("36", "INACTIVE_ACCOUNT_DAYS", 36),
    "MINDFLIP_DELETE_SECONDS": ("59", "CLEANUP_TIME_LIMIT", 59),
}
PRINT_SETTINGS = """
import functools, json, sys
import django
from django.conf import settings
django.setup()
from django.core.checks import run_checks
def value(path):
    first, *rest = path.split(".")
    return functools.reduce(lambda part, key: part[key], rest, getattr(settings, first))
print(json.dumps({
    "settings": {path: value(path) for path in sys.argv[1:]},
    "warnings": [[message.id, message.msg] for message in run_checks(tags=["settings"])],
}, default=str))
"""


def _environment(**variables: str) -> dict[str, str]:
    """Return this run's environment with `variables` and without the variable MINDFLIP_DATA_DIR."""
    return {
        name: value for name, value in os.environ.items() if name != "MINDFLIP_DATA_DIR"
    } | variables


def _run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=_environment(**variables) | {"DJANGO_SETTINGS_MODULE": "mindflip.settings"},
        capture_output=True,
        text=True,
        check=False,
    )


def _settings_with(**variables: str) -> dict[str, Any]:
    """Return the settings and warnings of a process that starts with `variables`."""
    paths = ["DATA_DIR", *(path for _, path, _ in RENAMED.values())]
    run = _run("-c", PRINT_SETTINGS, *paths, MINDFLIP_SECRET_KEY="0123456789" * 6, **variables)
    assert run.returncode == 0, run.stderr
    result: dict[str, Any] = json.loads(run.stdout)
    return result


@pytest.fixture(scope="module")
def with_old_names(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("old")
    variables = {old: value for old, (value, _, _) in RENAMED.items()}
    return _settings_with(MINDFLIP_VAR=str(folder), **variables) | {"folder": str(folder)}


@pytest.fixture(scope="module")
def with_both_names(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the settings of a process that has every variable under both names.

    The old names have values that no setting accepts.
    """
    folder = tmp_path_factory.mktemp("new")
    new = {env.RENAMED[old]: value for old, (value, _, _) in RENAMED.items()}
    old = dict.fromkeys(RENAMED, "://")
    return _settings_with(MINDFLIP_VAR="/nowhere", MINDFLIP_DATA_DIR=str(folder), **old, **new) | {
        "folder": str(folder)
    }


def test_every_renamed_variable_is_tested_and_declared() -> None:
    assert set(env.RENAMED) == {"MINDFLIP_VAR", *RENAMED}
    assert set(env.RENAMED.values()) <= set(env.DECLARED)
    assert not set(env.RENAMED) & set(env.DECLARED)


@pytest.mark.parametrize("old", RENAMED)
def test_variable_with_old_name_sets_its_setting(with_old_names: dict[str, Any], old: str) -> None:
    _, setting, value = RENAMED[old]
    assert with_old_names["settings"][setting] == value


@pytest.mark.parametrize("old", env.RENAMED)
def test_warning_contains_old_and_new_name(with_old_names: dict[str, Any], old: str) -> None:
    warning = (
        f"{old} is now called {env.RENAMED[old]}: rename it. The old name stops working in the"
        " next release."
    )
    assert ["mindflip.W002", warning] in with_old_names["warnings"]


def test_data_folder_can_be_set_with_old_name(with_old_names: dict[str, Any]) -> None:
    assert with_old_names["settings"]["DATA_DIR"] == with_old_names["folder"]


def test_old_names_cause_no_other_warnings(with_old_names: dict[str, Any]) -> None:
    assert {code for code, _ in with_old_names["warnings"]} == {"mindflip.W002"}
    assert len(with_old_names["warnings"]) == len(env.RENAMED)


@pytest.mark.parametrize("old", RENAMED)
def test_new_name_takes_precedence_over_old_name(with_both_names: dict[str, Any], old: str) -> None:
    _, setting, value = RENAMED[old]
    assert with_both_names["settings"][setting] == value
    assert with_both_names["settings"]["DATA_DIR"] == with_both_names["folder"]


@pytest.mark.parametrize("old", env.RENAMED)
def test_warning_names_ignored_variable_if_both_are_set(
    with_both_names: dict[str, Any], old: str
) -> None:
    name = env.RENAMED[old]
    warning = f"{old} is ignored because {name}, its new name, is set too: remove {old}."
    assert ["mindflip.W002", warning] in with_both_names["warnings"]


def test_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINDFLIP_BIN_DAYS", " ")
    assert env.renamed_in_use() == []
    monkeypatch.setenv("MINDFLIP_BIN_DAYS", "5")
    monkeypatch.setenv("MINDFLIP_TRASH_DAYS", "")
    assert env.variable_of("MINDFLIP_TRASH_DAYS") == "MINDFLIP_BIN_DAYS"
    assert env.with_new_names(os.environ)["MINDFLIP_TRASH_DAYS"] == "5"


def test_unknown_variable_name_is_ignored() -> None:
    result = _settings_with(MINDFLIP_TRASH="9", MINDFLIP_OLD_BIN_DAYS="9", BIN_DAYS="9")
    assert result["settings"]["TRASH_DAYS"] == 30
    assert result["warnings"] == []


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"MINDFLIP_BIN_DAYS": "a month"}, "MINDFLIP_BIN_DAYS='a month' is not usable: give"),
        ({"MINDFLIP_DELETE_SECONDS": "61"}, "MINDFLIP_DELETE_SECONDS='61' is not usable: give 60"),
        ({"MINDFLIP_CALL_RATE": "often"}, "MINDFLIP_CALL_RATE='often' is not usable"),
        (
            {"MINDFLIP_HOSTS": "cards.example.org"},
            "MINDFLIP_HOSTS is set, so MINDFLIP_SECRET_KEY must be too",
        ),
        (
            {"MINDFLIP_HOSTS": "cards.example.org", "MINDFLIP_TRASH_DAYS": "a month"},
            "Settings: MINDFLIP_HOSTS is set",
        ),
    ],
)
def test_error_names_variable_that_was_set(variables: dict[str, str], message: str) -> None:
    run = _run("manage.py", "check", "--tag", "settings", **variables)
    assert run.returncode == 1
    assert message in run.stderr
    assert "Traceback" not in run.stderr


def test_warnings_do_not_contain_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINDFLIP_OLD_SECRET_KEYS", KEYS)
    assert "secret key" not in " ".join(env.renamed_in_use())


def test_environment_of_child_processes_has_only_new_names() -> None:
    environment = {
        "MINDFLIP_VAR": "/old",
        "MINDFLIP_BIN_DAYS": "5",
        "MINDFLIP_TRASH_DAYS": "6",
        "MINDFLIP_PROXIES": "",
        "PATH": "/bin",
    }
    assert env.with_new_names(environment) == {
        "MINDFLIP_DATA_DIR": "/old",
        "MINDFLIP_TRASH_DAYS": "6",
        "PATH": "/bin",
    }


@pytest.mark.parametrize("command", [["check"], ["backup", "/nowhere/at/all"]])
def test_management_command_warns_once_on_stderr(command: list[str], tmp_path: Path) -> None:
    run = _run("manage.py", *command, MINDFLIP_VAR=str(tmp_path))
    assert run.stderr.count("MINDFLIP_VAR is now called MINDFLIP_DATA_DIR: rename it.") == 1


@pytest.mark.parametrize(
    ("process", "arguments"),
    [
        ("worker", ["worker", "--pool", "solo", "--without-gossip", "--without-mingle"]),
        ("beat", ["beat"]),
    ],
)
def test_worker_and_beat_log_warning(process: str, arguments: list[str], tmp_path: Path) -> None:
    log = tmp_path / f"{process}.log"
    with log.open("wb") as output:
        service = subprocess.Popen(
            [sys.executable, "-m", "celery", "--quiet", "-A", "mindflip", *arguments],
            cwd=ROOT,
            env=_environment(
                MINDFLIP_VAR=str(tmp_path),
                MINDFLIP_REDIS_PREFIX=f"renamed-{process}-{free_port()}",
                MINDFLIP_LOG_FORMAT="json",
            ),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        eventually(lambda: "MINDFLIP_VAR" in log.read_text() or service.poll() is not None)
    finally:
        service.terminate()
        service.wait(TIMEOUT_SECONDS)
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    warnings = [line for line in lines if "MINDFLIP_VAR" in json.dumps(line)]
    assert [line["level"].upper() for line in warnings] == ["WARNING"]

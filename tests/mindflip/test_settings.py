"""Invalid settings are rejected with a message that names the variable and the expected value."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import global_settings
from django.contrib.auth.models import User
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import Client, override_settings

from mindflip import checks, env
from mindflip.embedded import static_files
from mindflip.embedded.run import ROOT


def _start_with(**variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "manage.py"), "check", "--tag", checks.TAG]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"MINDFLIP_PORT": "three"}, "MINDFLIP_PORT='three' is not usable: give a whole number"),
        ({"MINDFLIP_PORT": "0"}, "MINDFLIP_PORT='0' is not usable: give 1 or more"),
        ({"MINDFLIP_DEBUG": "perhaps"}, "MINDFLIP_DEBUG='perhaps' is not usable: give 1 or 0"),
        (
            {"MINDFLIP_LOG_LEVEL": "LOUD"},
            "MINDFLIP_LOG_LEVEL='LOUD' is not usable: give one of DEBUG, INFO",
        ),
        ({"DATABASE_URL": "sqlite:///here"}, "DATABASE_URL must name a PostgreSQL server"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        (
            {"REDIS_URL": "localhost:6379"},
            "REDIS_URL is not usable: it must look like redis://host:6379/0",
        ),
        (
            {"MINDFLIP_CHANNEL_URLS": "redis://one:6379/0,two"},
            "MINDFLIP_CHANNEL_URLS is not usable: it must look like redis://host",
        ),
        ({"DATABASE_URL": "postgresql://me:hush@db:5432/"}, "DATABASE_URL names no database"),
        (
            {"MINDFLIP_TOKEN_RATE": "20/fortnight"},
            (
                "MINDFLIP_TOKEN_RATE='20/fortnight' is not usable: give a number and second,"
                " minute, hour or day"
            ),
        ),
        (
            {"MINDFLIP_REGISTER_RATE": "20/hour burst many"},
            (
                "is not usable: give a number and second, minute, hour or day, like 30/minute or"
                " 20/hour"
            ),
        ),
        (
            {"MINDFLIP_ALLOWED_ORIGINS": "https://a.example/app"},
            "'https://a.example/app' is no origin: give scheme, host and port alone",
        ),
        ({"MINDFLIP_PORT": "70000"}, "MINDFLIP_PORT='70000' is not usable: give 65535 or less"),
        ({"MINDFLIP_ALLOWED_HOSTS": "mindflip.example"}, "MINDFLIP_SECRET_KEY must be too"),
    ],
)
def test_invalid_variable_is_rejected_without_traceback(
    variables: dict[str, str], message: str
) -> None:
    run = _start_with(**variables)
    assert run.returncode == 1
    assert message in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("validator", "value"),
    [
        (env.host, "https://cards.example.org"),
        (env.host, "cards.example.org:3000"),
        (env.host, "cards.example.org/"),
        (env.origin, "app.example.org"),
        (env.origin, "https://app.example.org/"),
        (env.origin, "https://app.example.org/page"),
        (env.origin, "https://me@app.example.org"),
        (env.origin, "https://app.example.org:port"),
        (env.secret_key, "hush"),
        (env.secret_key, "a" * 60),
        (env.network, "10.0.0.0/33"),
        (env.bind, "cards.example.org"),
        (env.dsn, "sentry.example.org/1"),
        (env.dsn, "https://sentry.example.org/1"),
        (env.redis_url, "redis://"),
        (env.redis_url, "redis://host:port/0"),
        (env.redis_url, "redis://host:6379/name"),
        (env.prefix, "a" * 101),
    ],
)
def test_validator_rejects_invalid_value(validator: Callable[[str], str], value: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        validator(value)


@pytest.mark.parametrize(
    ("validator", "value"),
    [
        (env.host, "cards.example.org"),
        (env.host, ".example.org"),
        (env.host, "[::1]"),
        (env.origin, "https://app.example.org:8443"),
        (env.network, "10.0.0.0/8"),
        (env.bind, "0.0.0.0"),
        (env.bind, "localhost"),
        (env.dsn, "https://key@sentry.example.org/path/1"),
        (env.redis_url, "rediss://:hush@host:6380/1"),
        (env.redis_url, "unix:///run/valkey.sock"),
        (env.redis_url, "redis://host"),
        (env.prefix, "mind flip"),
    ],
)
def test_validator_returns_valid_value_unchanged(
    validator: Callable[[str], str], value: str
) -> None:
    assert validator(value) == value


def test_error_about_secret_key_does_not_contain_its_value() -> None:
    run = _start_with(MINDFLIP_SECRET_KEY="hush-hush")
    assert "MINDFLIP_SECRET_KEY is not usable: give 50 or more random characters" in run.stderr
    assert "hush" not in run.stderr


def test_worker_with_invalid_variable_exits_with_message() -> None:
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "mindflip", "worker"]
    run = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"MINDFLIP_PORT": "three"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (
        run.returncode,
        run.stderr.startswith("Settings: MINDFLIP_PORT='three' is not usable"),
    ) == (1, True), run.stderr


def test_empty_variable_counts_as_unset() -> None:
    assert _start_with(MINDFLIP_PORT="", MINDFLIP_DEBUG=" ").returncode == 0


CONTRADICTIONS: list[tuple[dict[str, object], str]] = [
    ({"SESSION_ACTIVITY_INTERVAL": 60, "SESSION_IDLE_SECONDS": 30}, "mindflip.E001"),
    ({"LEASE_GRACE_SECONDS": 150, "LEASE_SECONDS": 150}, "mindflip.E002"),
    ({"RESPONSE_MAX_BYTES": 1024, "MESSAGE_MAX_BYTES": 2048}, "mindflip.E003"),
    ({"SOCKET_BURST": 1, "SOCKET_RATE": 2}, "mindflip.E004"),
    ({"SHUTDOWN_DELAY": 20, "SHUTDOWN_TIMEOUT": 20}, "mindflip.E005"),
    ({"HEARTBEAT_SECONDS": 60, "ENGINE_TIMEOUT_SECONDS": 60}, "mindflip.E006"),
    ({"WORKER_METRICS_PORT": 3000, "PORT": 3000}, "mindflip.E007"),
    ({"IMPORT_TIME_LIMIT": 300}, "mindflip.E008"),
    ({"DEBUG": True, "IS_PRIVATE": False}, "mindflip.E009"),
    ({"DATA_DIR": Path("/proc")}, "mindflip.E010"),
    ({"SESSION_RETENTION_DAYS": 6}, "mindflip.E011"),
    ({"BIND": "0.0.0.0", "IS_PRIVATE": True}, "mindflip.W001"),
]


@pytest.mark.parametrize(("values", "code"), CONTRADICTIONS)
def test_contradictory_settings_are_reported_by_system_check(
    values: dict[str, object], code: str
) -> None:
    with override_settings(**values):
        assert [message.id for message in run_checks(tags=[checks.TAG])] == [code]


def test_every_system_check_has_its_own_code_and_test() -> None:
    codes = re.findall(r"mindflip\.[EW]\d+", Path(checks.__file__).read_text())
    # tests/mindflip/test_renamed_variables.py tests mindflip.W002.
    tested = [*(code for _, code in CONTRADICTIONS), "mindflip.W002"]
    assert sorted(codes) == sorted(tested), (
        "Give each rule of mindflip/checks.py a code of its own and a case in CONTRADICTIONS."
    )


def test_every_setting_is_used() -> None:
    declared = {
        target.id
        for node in ast.walk(ast.parse((ROOT / "mindflip" / "settings.py").read_text()))
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("env.")
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    apps = [ROOT / name for name in ("mindflip", "sessions_app", "flashcards")]
    paths = {path for app in apps for path in app.rglob("*.py")} - {Path(checks.__file__)}
    code = "\n".join(path.read_text() for path in paths)
    unused = {
        name
        for name in declared
        if not hasattr(global_settings, name) and len(re.findall(rf"\b{name}\b", code)) == 1
    }
    assert len(declared) > 50
    assert unused == set(), "No code uses these settings of mindflip/settings.py."


def test_variables_in_documents_and_code_are_declared() -> None:
    # These variables of tests and checks are not settings.
    development = {"API_EXAMPLES", "API_SEED", "AUDIT", "CHROMIUM", "TEST_FOLDER"}
    folders = ("docs", "mindflip", "sessions_app", "flashcards", "templates")
    texts = [
        path.read_text()
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
        if path.suffix not in {".mo", ".png", ".webp"}
    ]
    names = set(re.findall(r"\bMINDFLIP_([A-Z_]+)\b", "\n".join(texts))) - development
    declared = set(env.DECLARED) | set(env.RENAMED)
    assert {f"MINDFLIP_{name}" for name in names} - declared == set(), (
        "Declare these variables in mindflip/settings.py, or correct their names."
    )


def test_secrets_are_declared_as_such_and_operators_learn_how_to_change_them() -> None:
    pattern = r"(?:DSN|KEY|KEYS|KEY_FALLBACKS|PASSWORD|SECRET|TOKEN|URL|URLS)$"
    secrets = {name for name, setting in env.DECLARED.items() if setting.is_secret}
    assert {name for name in env.DECLARED if re.search(pattern, name)} == secrets, (
        "Pass is_secret=True in mindflip/settings.py, so that no error message contains the value,"
        " and name secrets like the others."
    )
    page = (ROOT / "docs" / "operating.md").read_text()
    table = page.partition("## Change secrets")[2].partition("\n## ")[0]
    assert {name for name in secrets if f"`{name}`" not in table} == set(), (
        'Add these secrets to "Change secrets" in docs/operating.md.'
    )


@pytest.mark.parametrize("source", [*static_files.SOURCES, *static_files.MADE_BY])
def test_static_files_are_collected_again_only_if_source_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """Collect by a command that only counts its runs, from sources of one file each."""
    root, var = tmp_path / "root", tmp_path / "var"
    runs = var / "static" / "runs"
    count_run = f"mkdir -p {runs.parent}; echo run >> {runs}"
    monkeypatch.setattr(static_files, "ROOT", root)
    monkeypatch.setattr(static_files, "COMMAND", ["sh", "-c", count_run])
    folders = [root / name / "scripts" / "file.js" for name in static_files.SOURCES]
    for path in [*folders, *(root / name for name in static_files.MADE_BY)]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("first")

    def count_runs() -> int:
        static_files.collect(var)
        return len(runs.read_text().splitlines())

    changed = root / source
    if source in static_files.SOURCES:
        changed = changed / "scripts" / "file.js"
    assert [count_runs(), count_runs()] == [1, 1]
    changed.write_text("a longer text")
    assert [count_runs(), count_runs()] == [2, 2]
    os.utime(changed, ns=(0, 0))
    assert [count_runs(), count_runs()] == [3, 3]
    changed.write_text("an even longer text")
    os.utime(changed, ns=(0, 0))
    assert [count_runs(), count_runs()] == [4, 4]
    changed.rename(changed.with_name("new-name"))
    assert [count_runs(), count_runs()] == [5, 5]


def test_settings_page_is_up_to_date() -> None:
    call_command("document_settings", check=True)


def test_default_settings_pass_system_checks() -> None:
    assert run_checks(tags=[checks.TAG]) == []


def test_secret_key_is_created_once_and_readable_only_by_owner(tmp_path: Path) -> None:
    from mindflip.embedded.state import secret_key

    first = secret_key(tmp_path / "var")
    assert secret_key(tmp_path / "var") == first
    assert len(first) >= 50
    assert (tmp_path / "var" / "secret-key").stat().st_mode & 0o077 == 0


def test_users_stay_signed_in_if_previous_secret_key_is_fallback(
    client: Client, alice: User, settings: Any
) -> None:
    client.force_login(alice)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key " * 6, [settings.SECRET_KEY]
    assert client.get("/decks").status_code == 200
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = (
        "a third key " * 6,
        ["an unrelated key " * 4],
    )
    assert client.get("/decks").status_code == 302

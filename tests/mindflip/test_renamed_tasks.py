"""Tasks that the previous version queued, and its beat's schedule file, still work."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from celery.beat import PersistentScheduler

from mindflip import legacy_tasks
from mindflip.celery import app
from tests.helpers.processes import RunningServer, eventually, running_server
from tests.helpers.timeouts import TIMEOUT_SECONDS

# This is the schedule in the settings of the previous version.
OLD_SCHEDULE: dict[str, dict[str, Any]] = {
    "beat-is-seen": {
        "task": "mindflip.tasks.beat_is_seen",
        "schedule": 10.0,
        "options": {"expires": 60},
    },
    "expire-idle-sessions": {"task": "sessions_app.tasks.expire_idle_sessions", "schedule": 60.0},
    "recover-generations": {"task": "sessions_app.tasks.recover_generations", "schedule": 15.0},
    "refresh-figures": {"task": "sessions_app.tasks.refresh_figures", "schedule": 60.0},
    "empty-bin": {"task": "flashcards.tasks.empty_bin", "schedule": 3600.0},
    "delete-old-sessions": {"task": "sessions_app.tasks.delete_old_sessions", "schedule": 3600.0},
    "finish-erasures": {"task": "sessions_app.tasks.finish_erasures", "schedule": 60.0},
    "delete-old-doors": {"task": "sessions_app.tasks.delete_old_doors", "schedule": 3600.0},
}
LAST_RUN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PREPARE = """
from datetime import timedelta
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from flashcards.models import Deck
from sessions_app.models import AccountDeletion, Generation, WebLLMSession
now = timezone.now()
alice, bob = (User.objects.create_user(name, password="x") for name in ("alice", "bob"))
Deck.objects.create(user=alice, name="old", deleted_at=now - timedelta(days=99))
Session.objects.create(session_key="k", session_data="", expire_date=now - timedelta(days=1))
AccountDeletion.objects.create(user=bob)
session = WebLLMSession.objects.create(user=alice, model_id="m")
Generation.objects.create(
    user=alice, session=session, kind="raw", prompt="p", prompt_version="1", options={},
    result_key="0" * 64, status="succeeded", finished_at=now, cards=[],
)
"""
PUBLISH = """
from mindflip.celery import app
for name in {names!r}:
    app.send_task(name)
"""
PRINT_COUNTS = """
import json
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from flashcards.models import Deck
from sessions_app.models import HourlyStats
print(json.dumps([
    Deck.objects.count(), Session.objects.count(), HourlyStats.objects.count(),
    User.objects.filter(username="bob").count(),
]))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with running_server(tmp_path_factory.mktemp("tasks"), worker=True) as server:
        yield server


def _shell(server: RunningServer, code: str) -> str:
    return server.manage("shell", "--no-imports", "-c", code)


def test_tasks_queued_under_old_names_run(server: RunningServer) -> None:
    _shell(server, PREPARE)
    assert "[1, 1, 0, 1]" in _shell(server, PRINT_COUNTS)
    assert "beat" in httpx.get(f"{server.url}/readyz", timeout=TIMEOUT_SECONDS).text

    _shell(server, PUBLISH.format(names=list(legacy_tasks.RENAMED)))

    eventually(lambda: "[0, 0, 1, 0]" in _shell(server, PRINT_COUNTS))
    eventually(
        lambda: httpx.get(f"{server.url}/readyz", timeout=TIMEOUT_SECONDS).status_code == 200
    )
    assert "unregistered task" not in server.log("worker")


def test_old_task_names_of_schedule_are_registered() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in OLD_SCHEDULE.values()} <= set(app.tasks)


def test_only_new_task_names_are_scheduled(settings: Any) -> None:
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert not scheduled & set(legacy_tasks.RENAMED)
    assert {task.name for task in legacy_tasks.RENAMED.values()} <= scheduled


def test_schedule_file_of_previous_version_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    path = str(tmp_path / "celerybeat-schedule")
    with monkeypatch.context() as patch:
        patch.setitem(app.conf, "beat_schedule", OLD_SCHEDULE)
        old = PersistentScheduler(app=app, schedule_filename=path)
        assert set(OLD_SCHEDULE) <= set(old.schedule)
        for entry in old.schedule.values():
            entry.last_run_at = LAST_RUN
        old.close()

    new = PersistentScheduler(app=app, schedule_filename=path)
    try:
        tasks = {name: entry.task for name, entry in new.schedule.items()}
        last_runs = {name: entry.last_run_at for name, entry in new.schedule.items()}
    finally:
        new.close()
    assert tasks.pop("celery.backend_cleanup")  # added by Celery
    assert tasks == {name: e["task"] for name, e in settings.CELERY_BEAT_SCHEDULE.items()}
    common_entries = set(OLD_SCHEDULE) & set(tasks)
    assert common_entries
    assert {last_runs[name] for name in common_entries} == {LAST_RUN}

"""Aliases for tasks that the previous version queued under their old names.

Remove this module, its line in `celery.py`, its test and its use in `test_schedule.py` in the next
release.
"""

from typing import Any

from celery import shared_task

from flashcards import tasks as flashcards_tasks
from mindflip import tasks as project_tasks
from sessions_app import tasks as session_tasks

# Old name → task
RENAMED = {
    "flashcards.tasks.empty_bin": flashcards_tasks.empty_trash,
    "mindflip.tasks.beat_is_seen": project_tasks.record_beat_heartbeat,
    "sessions_app.tasks.delete_old_doors": session_tasks.delete_expired_logins,
    "sessions_app.tasks.finish_erasures": session_tasks.finish_account_deletions,
    "sessions_app.tasks.refresh_figures": session_tasks.refresh_hourly_stats,
}


def _register(old_name: str, task: Any) -> None:
    @shared_task(name=old_name)
    def run() -> Any:
        return task()


for _name, _task in RENAMED.items():
    _register(_name, _task)

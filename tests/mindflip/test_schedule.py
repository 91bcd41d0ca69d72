"""Every task is scheduled, and every scheduled task exists."""

from typing import Any

from mindflip.celery import app
from mindflip.legacy_tasks import RENAMED


def test_schedule_contains_exactly_the_tasks_of_all_apps(settings: Any) -> None:
    app.loader.import_default_modules()
    tasks = {name for name in app.tasks if not name.startswith("celery.")} - set(RENAMED)
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert tasks - scheduled == set(), (
        "Schedule these tasks in CELERY_BEAT_SCHEDULE of mindflip/settings.py."
    )
    assert scheduled - tasks == set(), (
        "CELERY_BEAT_SCHEDULE of mindflip/settings.py names these tasks, which no tasks.py defines."
    )

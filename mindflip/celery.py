"""The Celery application. Tasks live in each app's tasks.py; what runs when stands in settings.CELERY_BEAT_SCHEDULE."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_prerun

from sessions_app import log_ids

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mindflip.settings")

app = Celery("mindflip")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_logging(**_: Any) -> None:
    """Celery would take the root logger over; somebody who sets it up keeps it as the settings have it."""


@task_prerun.connect
def bind_task(task_id: str, task: Any, **_: Any) -> None:
    """Each line that a task writes says which one it is."""
    log_ids.take_over({"task": task.name, "task_id": task_id})

"""The Celery application.

Tasks are defined in each app's tasks.py, and settings.CELERY_BEAT_SCHEDULE schedules them.
"""

import logging
import os
import sys
from types import TracebackType
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init, setup_logging, task_prerun
from django.core.exceptions import ImproperlyConfigured

from mindflip import env
from sessions_app import log_context

log = logging.getLogger(__name__)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mindflip.settings")


def exit_on_invalid_settings(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Exit with the message of an invalid setting instead of a traceback, as manage.py does."""
    if isinstance(error, ImproperlyConfigured):
        sys.exit(f"Settings: {error}")
    sys.__excepthook__(kind, error, trace)


sys.excepthook = exit_on_invalid_settings
app = Celery("mindflip")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["mindflip"], related_name="legacy_tasks")


@setup_logging.connect
def keep_logging(**_: Any) -> None:
    """Keep the logging configuration of the settings.

    Celery replaces it unless something handles the `setup_logging` signal.
    """


@celeryd_init.connect
def log_worker_shutdown(**_: Any) -> None:
    """Send Celery's messages about a worker's shutdown to the log.

    Celery would write them straight to the terminal.
    """
    from celery.apps import worker  # only workers need it

    worker.safe_say = lambda message, *_: log.info(message)


@beat_init.connect
@celeryd_init.connect
def log_renamed_variables(**_: Any) -> None:
    """Log the warnings of mindflip.W002, because Celery discards the messages of system checks."""
    for message in env.renamed_in_use():
        log.warning(message)


@task_prerun.connect
def bind_task(task_id: str, task: Any, **_: Any) -> None:
    """Add the task's name and ID to every line that the task logs."""
    log_context.take_over({"task": task.name, "task_id": task_id})

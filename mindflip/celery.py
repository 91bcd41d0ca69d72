"""The Celery application.

Tasks live in each app's tasks.py; what runs when stands in settings.CELERY_BEAT_SCHEDULE.
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
    """A setting that cannot be used is said in its sentence by every program, as manage.py does."""
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
    """Celery would take the root logger over; somebody who sets it up keeps it as the settings have
    it.
    """


@celeryd_init.connect
def log_worker_shutdown(**_: Any) -> None:
    """That a worker was asked to stop is a line of its log like any other; Celery would write it
    past the log.
    """
    from celery.apps import worker  # in workers alone

    worker.safe_say = lambda message, *_: log.info(message)


@beat_init.connect
@celeryd_init.connect
def log_renamed_variables(**_: Any) -> None:
    """Log what `manage.py` reports as mindflip.W002: Celery runs the checks without a word."""
    for message in env.renamed_in_use():
        log.warning(message)


@task_prerun.connect
def bind_task(task_id: str, task: Any, **_: Any) -> None:
    """Each line that a task writes says which one it is."""
    log_context.take_over({"task": task.name, "task_id": task_id})

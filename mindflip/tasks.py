"""Scheduled tasks of the project itself."""

from celery import shared_task

from mindflip.monitoring import health, metrics  # noqa: F401 - metrics handles a signal of the worker


@shared_task
def record_beat_heartbeat() -> None:
    health.record_heartbeat("beat")

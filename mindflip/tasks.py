"""What runs by the clock for the process itself."""

from celery import shared_task

from mindflip.monitoring import health, metrics  # noqa: F401 - the latter listens for the worker's start


@shared_task
def record_beat_heartbeat() -> None:
    health.record_heartbeat("beat")

"""The worker's own /metrics, on a port of this machine: what it counts (sweeps that take leases back, above all) no server knows."""

import logging
from typing import Any

from celery.signals import worker_ready
from django.conf import settings
from prometheus_client import start_http_server

log = logging.getLogger(__name__)


@worker_ready.connect
def serve_metrics(**_: Any) -> None:
    from mindflip.operating.metrics import registry_of

    if not settings.WORKER_METRICS_PORT:
        return
    try:
        start_http_server(settings.WORKER_METRICS_PORT, addr="127.0.0.1", registry=registry_of())
    except OSError as error:
        log.error("The worker's metrics are not shown, give MINDFLIP_WORKER_METRICS_PORT a free port: %s", error)

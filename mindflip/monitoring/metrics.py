"""Metrics for Prometheus: counts of this process, its open sockets, and database statistics.

The counts come from `sessions_app.metrics`. Each server process is scraped separately. The database
statistics are the same for all processes, and their names start with `mindflip_database_`.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from functools import partial
from ipaddress import ip_address, ip_network
from time import monotonic
from typing import Any

from celery.signals import worker_ready
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

from sessions_app import metrics, socket_registry
from sessions_app.services.stats import Backlog, backlog
from sessions_app.sync_executor import run_sync

log = logging.getLogger(__name__)
FRESH_SECONDS = 5  # limits the queries if Prometheus scrapes often or from several servers
TIMEOUT_SECONDS = 2
_PROXY_HEADERS = {"X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"}


class DatabaseGauges:
    """A collector of database statistics.

    It queries the database at most every FRESH_SECONDS. If the database does not respond, only
    `mindflip_database_up` is collected.
    """

    def __init__(self) -> None:
        self._backlog: Backlog | None = None
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    async def refresh(self) -> None:
        async with self._asking:
            if monotonic() - self._asked_at < FRESH_SECONDS:
                return
            try:
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    self._backlog = await run_sync(partial(backlog, now=timezone.now()))
            except (DatabaseError, TimeoutError) as error:
                log.warning("The database was not asked for metrics: %s", error)
                self._backlog = None
            self._asked_at = monotonic()

    def collect(self) -> Iterator[Metric]:
        is_up = self._backlog is not None
        yield GaugeMetricFamily(
            "mindflip_database_up", "Whether the database answered this scrape", value=int(is_up)
        )
        if self._backlog:
            yield from _backlog_gauges(self._backlog)


class ProcessCounts:
    """A collector of counts since the start of this process, and of the state of its sockets."""

    def collect(self) -> Iterator[Metric]:
        yield from map(_counter, metrics.Counter.registry)
        yield from map(_histogram, metrics.Histogram.registry)
        yield _gauge(
            "mindflip_sockets_open",
            "Sockets that are open in this process",
            "dialect",
            socket_registry.count_by_dialect(),
        )
        yield GaugeMetricFamily(
            "mindflip_socket_unsent_bytes",
            "Bytes that wait for clients to read them",
            value=socket_registry.unsent_bytes(),
        )
        yield GaugeMetricFamily(
            "mindflip_leaving",
            "Whether this process was asked to stop",
            value=int(socket_registry.is_draining()),
        )


def _backlog_gauges(now: Backlog) -> Iterator[Metric]:
    counts = {status: count for status, (count, _) in now.by_status.items()}
    oldest = {status: seconds for status, (_, seconds) in now.by_status.items()}
    engines = {name or "unknown": count for name, count in now.engines.items()}
    yield _gauge(
        "mindflip_database_generations_open", "Generations without an outcome", "status", counts
    )
    yield _gauge(
        "mindflip_database_generations_oldest_seconds",
        "How long the oldest of them waits",
        "status",
        oldest,
    )
    yield _gauge("mindflip_database_engines_present", "Engines heard of lately", "engine", engines)
    yield GaugeMetricFamily(
        "mindflip_database_leases_lapsed",
        "Leases past their time, not yet taken back",
        value=now.lapsed,
    )
    yield GaugeMetricFamily(
        "mindflip_database_sessions_open",
        "Sessions that are neither closed nor expired",
        value=now.sessions,
    )


def _gauge(name: str, help: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _counter(count: metrics.Counter) -> CounterMetricFamily:
    family = CounterMetricFamily(count.name, count.help, labels=count.labels)
    for values, number in count.read().items():
        family.add_metric(values, number)
    return family


def _histogram(durations: metrics.Histogram) -> HistogramMetricFamily:
    buckets, seconds = durations.read()
    family = HistogramMetricFamily(durations.name, durations.help)
    family.add_metric([], buckets, seconds)
    return family


def build_registry(*further: object) -> CollectorRegistry:
    """Return a registry with the metrics of this process, Python and the system.

    `further` are additional collectors.
    """
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    for collector in (ProcessCounts(), *further):
        registry.register(collector)  # type: ignore[arg-type] # any object with `collect` is a collector
    return registry


_database = DatabaseGauges()
_registry = build_registry(_database)


async def exposition() -> bytes:
    """Return all metrics in Prometheus' text format."""
    await _database.refresh()
    return generate_latest(_registry)


def can_read_metrics(request: HttpRequest) -> bool:
    """Return whether the client sends the token or has an allowed address.

    If the request has the headers of a proxy, the client's address is the one that our own proxies
    report (MINDFLIP_TRUSTED_PROXY_COUNT). Without trusted proxies, such a request has no valid
    address: the client may have forged the headers, or the connection may come from an unknown
    proxy.
    """
    return _has_token(request) or _is_allowed(_address(request))


def _has_token(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return (
        bool(settings.METRICS_TOKEN)
        and scheme.lower() == "bearer"
        and constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    )


def _is_allowed(address: str) -> bool:
    try:
        caller = ip_address(address)
    except ValueError:
        return False
    return any(caller in ip_network(network) for network in settings.METRICS_ADDRESSES)


def _address(request: HttpRequest) -> str:
    if not any(name in request.headers for name in _PROXY_HEADERS):
        return request.META.get("REMOTE_ADDR", "")
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    count = settings.TRUSTED_PROXY_COUNT
    return forwarded[-count] if 0 < count <= len(forwarded) else ""


@worker_ready.connect
def serve_metrics(**_: Any) -> None:
    """Serve the worker's metrics on WORKER_METRICS_PORT of 127.0.0.1.

    The servers do not have these counts, which mainly come from sweeps that revoke expired leases.
    """
    if not settings.WORKER_METRICS_PORT:
        return
    try:
        start_http_server(settings.WORKER_METRICS_PORT, addr="127.0.0.1", registry=build_registry())
    except OSError as error:
        log.error(
            "The worker's metrics are not shown, give MINDFLIP_WORKER_METRICS_PORT a free port: %s",
            error,
        )

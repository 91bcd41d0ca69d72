"""Checks of the services that this process needs, and heartbeats of the worker and beat.

Each probe opens new connections. A busy connection pool would make it wait, but a busy process is
still ready.

A heartbeat is a key in Redis that expires. If the key of the worker or beat does not exist, its
last heartbeat is older than WORKER_HEARTBEAT_TIMEOUT and it counts as missing. The worker sets its
key when Celery sends a heartbeat. Beat only sends tasks, so a worker sets its key when it runs a
task that beat scheduled.
"""

import asyncio
import logging
from functools import cache as once
from time import monotonic
from typing import Any

import psycopg
from celery.signals import heartbeat_sent
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 2
# These parameters only work with Django's own, synchronous connections.
_OF_THE_POOL = {"cursor_factory", "context", "prepare_threshold"}
MESSAGES = {
    "postgresql": (
        "PostgreSQL does not answer: see that it runs at DATABASE_URL. The reason stands in the"
        " log."
    ),
    "redis": "Redis does not answer: see that it runs at REDIS_URL. The reason stands in the log.",
    "migrations": "Migrations are not applied: run `python manage.py release`.",
    "worker": "No Celery worker was heard of lately: see that one runs, and its log.",
    "beat": (
        "Nothing that beat schedules was done lately: see that exactly one beat runs, and that the"
        " workers keep up."
    ),
}
PARTS = ("worker", "beat")
_WRITTEN_EVERY = 6  # number of writes before the key would expire
_written_at = float("-inf")


async def unavailable_parts() -> dict[str, str]:
    """Return the unavailable parts by name, each with a message that contains no secrets.

    PostgreSQL and Redis are checked at the same time, for up to TIMEOUT_SECONDS.
    """
    unavailable = await asyncio.gather(_unavailable_in_postgresql(), _unavailable_in_redis())
    return {part: MESSAGES[part] for parts in unavailable for part in parts}


async def _unavailable_in_postgresql() -> list[str]:
    expected = await asyncio.to_thread(_newest_migrations)
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            applied = await _applied_migrations()
    except (psycopg.Error, OSError, TimeoutError) as error:
        log.warning("PostgreSQL does not answer a probe: %s", error)
        return ["postgresql"]
    return [] if expected <= applied else ["migrations"]


async def _unavailable_in_redis() -> list[str]:
    keys = [cache.make_key(key_of(part)) for part in PARTS]
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS), Redis.from_url(settings.REDIS_URL) as client:
            seen = await client.mget(keys)
    except (RedisError, OSError, TimeoutError) as error:
        log.warning("Redis does not answer a probe: %s", error)
        return ["redis"]
    return [part for part, last_seen in zip(PARTS, seen, strict=True) if last_seen is None]


async def _applied_migrations() -> set[tuple[str, str]]:
    own = connection.get_connection_params()
    parameters = {name: value for name, value in own.items() if name not in _OF_THE_POOL}
    async with await psycopg.AsyncConnection.connect(**parameters, autocommit=True) as probe:
        try:
            return set(
                await (await probe.execute("SELECT app, name FROM django_migrations")).fetchall()
            )
        except psycopg.errors.UndefinedTable:
            return set()


@once
def _newest_migrations() -> set[tuple[str, str]]:
    """Return the last migration of each app in this version of the code."""
    return set(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())


def key_of(part: str) -> str:
    return f"seen:{part}"


def record_heartbeat(part: str) -> None:
    """Record that this part is alive.

    Raise RedisError if Redis is unavailable.
    """
    cache.set(key_of(part), 1, settings.WORKER_HEARTBEAT_TIMEOUT)


@heartbeat_sent.connect
def record_worker_heartbeat(**_: Any) -> None:
    """Record some of Celery's heartbeats, which are sent every two seconds."""
    global _written_at
    if monotonic() - _written_at >= settings.WORKER_HEARTBEAT_TIMEOUT / _WRITTEN_EVERY:
        record_heartbeat("worker")
        _written_at = monotonic()

"""What is needed to serve, asked anew for each probe and past the pools: those wait long, and being busy is not being unready."""

import asyncio
import logging
from functools import cache as once
from typing import Any

import psycopg
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from redis.asyncio import Redis
from redis.exceptions import RedisError

from mindflip.operating import heartbeats

log = logging.getLogger(__name__)
PATIENCE_SECONDS = 2
_OF_THE_POOL = {"cursor_factory", "context", "prepare_threshold"}  # parameters for Django's own, synchronous connections
SENTENCES = {
    "postgresql": "PostgreSQL does not answer: see that it runs at DATABASE_URL. The reason stands in the log.",
    "redis": "Redis does not answer: see that it runs at REDIS_URL. The reason stands in the log.",
    "migrations": "Migrations are not applied: run `python manage.py release`.",
    "worker": "No Celery worker was heard of lately: see that one runs, and its log.",
    "beat": "Nothing that beat schedules was done lately: see that exactly one beat runs, and that the workers keep up.",
}


async def missing_parts() -> dict[str, str]:
    """What is missing now: the part's name → a sentence without secrets. Takes PATIENCE_SECONDS at most."""
    found = await asyncio.gather(_missing_in_postgresql(), _missing_in_redis())
    return {part: SENTENCES[part] for parts in found for part in parts}


async def _missing_in_postgresql() -> list[str]:
    expected = await asyncio.to_thread(_newest_migrations)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            applied = await _applied_migrations()
    except (psycopg.Error, OSError, TimeoutError) as error:
        log.warning("PostgreSQL does not answer a probe: %s", error)
        return ["postgresql"]
    return [] if expected <= applied else ["migrations"]


async def _missing_in_redis() -> list[str]:
    keys = [cache.make_key(heartbeats.key_of(part)) for part in heartbeats.PARTS]
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), Redis.from_url(settings.REDIS_URL) as client:
            seen = await client.mget(keys)
    except (RedisError, OSError, TimeoutError) as error:
        log.warning("Redis does not answer a probe: %s", error)
        return ["redis"]
    return [part for part, sign in zip(heartbeats.PARTS, seen, strict=True) if sign is None]


async def _applied_migrations() -> set[tuple[str, str]]:
    async with await psycopg.AsyncConnection.connect(**_parameters(), autocommit=True) as probe:
        try:
            return set(await (await probe.execute("SELECT app, name FROM django_migrations")).fetchall())
        except psycopg.errors.UndefinedTable:
            return set()


def _parameters() -> dict[str, Any]:
    own = connection.get_connection_params()
    return {name: value for name, value in own.items() if name not in _OF_THE_POOL}


@once
def _newest_migrations() -> set[tuple[str, str]]:
    """The last of each app, as this code has them."""
    return set(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())

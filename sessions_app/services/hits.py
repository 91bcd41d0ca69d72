"""How often the cache of results answered, counted by the hour in Redis: such an answer leaves no row anywhere."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.core.cache import cache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
COUNTED = timedelta(days=3)  # until they are written down with the other figures of their hour


def hits_note(count: int, *, now: datetime) -> None:
    """So many more requests were answered at once."""
    try:
        cache.count(_key(now), int(COUNTED.total_seconds()), by=count)  # type: ignore[attr-defined] # mindflip.cache's own
    except RedisError as error:
        log.warning("%d hits of the result cache were not counted: %s", count, error)


def hits_of(hours: Iterable[datetime]) -> dict[datetime, int]:
    """For each of these hours in which there were any, how many; nothing when Redis cannot be asked."""
    keys = {_key(hour): hour for hour in hours}
    try:
        return {keys[key]: int(count) for key, count in cache.get_many(keys).items()}
    except RedisError as error:
        log.warning("The hits of the result cache cannot be read: %s", error)
        return {}


def _key(now: datetime) -> str:
    return f"hits:{now.astimezone(UTC):%Y-%m-%dT%H}"

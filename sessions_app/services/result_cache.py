"""Cache results in Redis and count the hits.

The server makes the key: user, model, prompt and all options; a client never chooses it.

Redis may lose the cache at any time, or be unavailable: then there is a miss, never an error.
"""

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import msgspec
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from sessions_app import metrics
from sessions_app.models import Generation

log = logging.getLogger(__name__)
BATCH_SIZE = 1_000
COUNTED = timedelta(days=3)  # until they are written down with the other figures of their hour


def result_key(
    *,
    user_id: int,
    model_id: str,
    kind: str,
    prompt_version: str,
    prompt: str,
    options: dict[str, Any],
) -> str:
    """64 hex digits: two users, two models, two prompts or two sets of options never share one."""
    wanted = {name: value for name, value in options.items() if name != "save"}
    parts = [user_id, model_id, kind, prompt_version, prompt, sorted(wanted.items())]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def redis_key(key: str) -> str:
    """Under which the cache has the result of this key."""
    return f"result:{key}"


def read_results(keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The `{generationId, cards}` remembered under each of the keys that have one, in one round
    trip. Each key that finds one is counted as answered.
    """
    if not keys:
        return {}
    try:
        stored = cache.get_many({redis_key(key) for key in keys})
    except RedisError as error:
        metrics.CACHE_READS.add("error", by=len(keys))
        log.warning("The result cache cannot be read, so a result is made anew: %s", error)
        return {}
    results = {key: stored[redis_key(key)] for key in keys if redis_key(key) in stored}
    hits = sum(key in results for key in keys)
    if hits:
        metrics.CACHE_READS.add("hit", by=hits)
        count_hits(hits, now=timezone.now())
    if hits < len(keys):
        metrics.CACHE_READS.add("miss", by=len(keys) - hits)
    return results


def cache_results(results: Mapping[str, dict[str, Any]]) -> None:
    """Remember complete results, `{generationId, cards}` by their keys, for RESULT_CACHE_SECONDS,
    in one round trip.
    """
    try:
        cache.set_many(
            {redis_key(key): result for key, result in results.items()},
            settings.RESULT_CACHE_SECONDS,
        )
    except RedisError as error:
        log.warning(
            "The result cache cannot be written, so the next request is made anew: %s", error
        )


def purge_results(keys: Iterable[str]) -> None:
    """Forget what is remembered under these keys.

    Raises RedisError: what should be gone must not be taken for gone.
    """
    left = iter(keys)
    while some := list(islice(left, BATCH_SIZE)):
        cache.delete_many([redis_key(key) for key in some])


def count_hits(count: int, *, now: datetime) -> None:
    """So many more requests were answered at once."""
    try:
        cache.count(_key(now), int(COUNTED.total_seconds()), by=count)  # type: ignore[attr-defined] # mindflip.cache's own
    except RedisError as error:
        log.warning("%d hits of the result cache were not counted: %s", count, error)


def hits_of(hours: Iterable[datetime]) -> dict[datetime, int]:
    """For each of these hours in which there were any, how many; nothing when Redis cannot be
    asked.
    """
    keys = {_key(hour): hour for hour in hours}
    try:
        return {keys[key]: int(count) for key, count in cache.get_many(keys).items()}
    except RedisError as error:
        log.warning("The hits of the result cache cannot be read: %s", error)
        return {}


def _key(now: datetime) -> str:
    return f"hits:{now.astimezone(UTC):%Y-%m-%dT%H}"


def purge_user_results(*, user: User) -> None:
    """What the user asks for again is computed anew. Raises RedisError."""
    purge_results(Generation.objects.of(user).values_list("result_key", flat=True).iterator())

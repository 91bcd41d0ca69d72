"""The cache of results in Redis, and the number of its hits.

The server computes the key from the user, the model, the kind with its prompt version, the prompt
and the options. A client never chooses it.

Redis may lose the cache at any time, or be unavailable. A read is then a miss, never an error.
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
COUNTED = timedelta(days=3)  # lifetime of hit counts, which `dashboard` copies to the database


def result_key(
    *,
    user_id: int,
    model_id: str,
    kind: str,
    prompt_version: str,
    prompt: str,
    options: dict[str, Any],
) -> str:
    """Return the key of a result, 64 hex digits.

    Two users, two models, two prompts or two sets of options never share a key. The option `save`
    is ignored.
    """
    wanted = {name: value for name, value in options.items() if name != "save"}
    parts = [user_id, model_id, kind, prompt_version, prompt, sorted(wanted.items())]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def redis_key(key: str) -> str:
    """Return the name under which the cache stores the result of this key."""
    return f"result:{key}"


def read_results(keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the cached `{generationId, cards}` of each key that has one, in one round trip.

    Each hit is counted.
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
    """Cache complete results for RESULT_CACHE_SECONDS, in one round trip.

    `results` has the `{generationId, cards}` of each key.
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
    """Delete the results of these keys.

    Raise RedisError if Redis is unavailable, so that no caller assumes that they were deleted.
    """
    left = iter(keys)
    while some := list(islice(left, BATCH_SIZE)):
        cache.delete_many([redis_key(key) for key in some])


def count_hits(count: int, *, now: datetime) -> None:
    """Count requests that were answered from the cache."""
    try:
        cache.count(_key(now), int(COUNTED.total_seconds()), by=count)  # type: ignore[attr-defined] # mindflip.cache's own
    except RedisError as error:
        log.warning("%d hits of the result cache were not counted: %s", count, error)


def hits_of(hours: Iterable[datetime]) -> dict[datetime, int]:
    """Return the number of hits in each of these hours.

    Hours without hits are left out. The result is empty if Redis is unavailable.
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
    """Delete all cached results of the user.

    Raise RedisError if Redis is unavailable.
    """
    purge_results(Generation.objects.of(user).values_list("result_key", flat=True).iterator())

"""The cache of results. The key is the server's: user, model, prompt and all options; a client never chooses it.

Redis may lose the cache at any time, or be gone: then there is a miss, and never an error.
"""

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from sessions_app import meters
from sessions_app.services.hits import hits_note

log = logging.getLogger(__name__)
AT_ONCE = 1_000


def result_key(*, user_id: int, model_id: str, kind: str, prompt_version: str, prompt: str, options: dict[str, Any]) -> str:
    """64 hex digits: two users, two models, two prompts or two sets of options never share one."""
    wanted = {name: value for name, value in options.items() if name != "save"}
    parts = [user_id, model_id, kind, prompt_version, prompt, sorted(wanted.items())]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def redis_key(key: str) -> str:
    """Under which the cache has the result of this key."""
    return f"result:{key}"


def results_read(keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The `{generationId, cards}` remembered under each of the keys that have one, in one round trip. Each key that finds one is counted
    as answered."""
    if not keys:
        return {}
    try:
        found = cache.get_many({redis_key(key) for key in keys})
    except RedisError as error:
        meters.CACHE_READS.add("error", by=len(keys))
        log.warning("The result cache cannot be read, so a result is made anew: %s", error)
        return {}
    results = {key: found[redis_key(key)] for key in keys if redis_key(key) in found}
    _count(hits=sum(key in results for key in keys), reads=len(keys))
    return results


def _count(*, hits: int, reads: int) -> None:
    if hits:
        meters.CACHE_READS.add("hit", by=hits)
        hits_note(hits, now=timezone.now())
    if reads > hits:
        meters.CACHE_READS.add("miss", by=reads - hits)


def results_remember(results: Mapping[str, dict[str, Any]]) -> None:
    """Remember complete results, `{generationId, cards}` by their keys, for RESULT_CACHE_SECONDS, in one round trip."""
    try:
        cache.set_many({redis_key(key): result for key, result in results.items()}, settings.RESULT_CACHE_SECONDS)
    except RedisError as error:
        log.warning("The result cache cannot be written, so the next request is made anew: %s", error)


def results_forget(keys: Iterable[str]) -> None:
    """Forget what is remembered under these keys. Raises RedisError: what should be gone must not be taken for gone."""
    left = iter(keys)
    while some := list(islice(left, AT_ONCE)):
        cache.delete_many([redis_key(key) for key in some])

"""The Redis cache, with values serialized as JSON.

Pickle would let an attacker who can write to Redis run code in our processes.
"""

import functools
from typing import Any

import msgspec
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.utils.functional import cached_property


class JSONSerializer:
    """A serializer for Django's Redis cache that supports all JSON values."""

    dumps = staticmethod(msgspec.json.encode)
    loads = staticmethod(msgspec.json.decode)


class _OneClient(RedisCacheClient):
    """A cache client that reuses one redis-py client per connection pool.

    Django creates a client for every call, which takes longer than the call.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._made: dict[Any, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        pool = self._get_connection_pool(write)  # type: ignore[attr-defined] # the stubs lack it
        if pool not in self._made:
            self._made[pool] = self._client(connection_pool=pool)  # type: ignore[attr-defined]
        return self._made[pool]


_shared_client = functools.cache(_OneClient)


class JSONRedisCache(RedisCache):
    """Django's Redis cache with one connection pool for the whole process.

    Django creates a cache object for each thread, and each request runs in its own thread.
    Without the shared pool, every request would open a new connection.
    """

    @cached_property
    def _cache(self) -> Any:
        return _shared_client(tuple(self._servers), **self._options)  # type: ignore[attr-defined] # the stubs lack them

    def count(self, key: str, seconds: int, by: int = 1) -> None:
        """Increment `key` by `by` and let it expire after `seconds`, in one round trip.

        `incr` would take two.
        """
        name = self.make_and_validate_key(key)
        with self._cache.get_client(name, write=True).pipeline(transaction=False) as both:
            both.incr(name, by)
            both.expire(name, seconds)
            both.execute()

    def evaluate(self, script: str, keys: list[str], arguments: list[int]) -> Any:
        """Run a Lua script atomically and in one round trip.

        Redis caches the script, so only the first run sends its text.
        """
        client = self._cache.get_client(write=True)
        return client.register_script(script)(
            keys=[self.make_and_validate_key(key) for key in keys], args=arguments
        )

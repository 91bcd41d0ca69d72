"""The cache in Redis: values as JSON, so that nobody who can write to Redis can run code here
(pickle could).
"""

import functools
from typing import Any

import msgspec
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.utils.functional import cached_property


class JSONSerializer:
    """The serializer of Django's Redis cache: anything JSON can say.

    Integers stay bare, so that INCR works on them.
    """

    def dumps(self, value: Any) -> bytes | int:
        return value if type(value) is int else msgspec.json.encode(value)

    def loads(self, data: bytes) -> Any:
        return msgspec.json.decode(data)


class _OneClient(RedisCacheClient):
    """Django makes a client of redis-py for every call, which takes longer than the call."""

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
    """Django's own, with one pool of connections for the whole process.

    Django makes a cache for each thread, and each request runs in a thread of its own: each would
    open a connection of its own.
    """

    @cached_property
    def _cache(self) -> Any:
        return _shared_client(tuple(self._servers), **self._options)  # type: ignore[attr-defined] # the stubs lack them

    def count(self, key: str, seconds: int, by: int = 1) -> None:
        """So many more under this key, which is kept for `seconds` from now on; in one round trip,
        where `incr` takes two.
        """
        name = self.make_and_validate_key(key)
        with self._cache.get_client(name, write=True).pipeline(transaction=False) as both:
            both.incr(name, by)
            both.expire(name, seconds)
            both.execute()

    def evaluate(self, script: str, keys: list[str], arguments: list[int]) -> Any:
        """Run a Lua script in one atomic step and one round trip.

        Redis keeps the script from its first run on.
        """
        client = self._cache.get_client(write=True)
        return client.register_script(script)(
            keys=[self.make_and_validate_key(key) for key in keys], args=arguments
        )

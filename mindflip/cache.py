"""The cache in Redis: values as JSON, so that nobody who can write to Redis can run code here (pickle could)."""

from typing import Any

import msgspec
from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class JSONSerializer:
    """The serializer of Django's Redis cache: anything JSON can say. Integers stay bare, so that INCR works on them."""

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


class JSONRedisCache(RedisCache):
    """Django's own, with one client for each server."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _OneClient

    def count(self, key: str, seconds: int, by: int = 1) -> None:
        """So many more under this key, which is kept for `seconds` from now on; in one round trip, where `incr` takes two."""
        name = self.make_and_validate_key(key)
        with self._cache.get_client(name, write=True).pipeline(transaction=False) as both:
            both.incr(name, by)
            both.expire(name, seconds)
            both.execute()

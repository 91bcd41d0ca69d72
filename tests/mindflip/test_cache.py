"""The cache in Redis."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import redis
from django.core.cache import cache


def test_threads_share_redis_connections(own_valkey: Any, settings: Any) -> None:
    with redis.Redis.from_url(settings.CACHES["default"]["LOCATION"]) as client:
        before = client.info("stats")["total_connections_received"]
        for number in range(20):
            with ThreadPoolExecutor(1) as pool:
                pool.submit(lambda number=number: cache.set("key", number)).result()
        assert cache.get("key") == 19
        assert client.info("stats")["total_connections_received"] == before + 1

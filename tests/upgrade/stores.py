"""The contents of a database and of Redis, written to text and loaded from it.

The channel layer leaves nothing in Redis, because it publishes messages and stores no keys.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import redis

from mindflip.backup import postgres

PREFIX = "{PREFIX}"
# The header has settings that a server of another version may not know, and psql's `\restrict`.
HEADER_END = "SET row_security = off;\n"
NOT_SQL = re.compile(
    r"^--\n-- .*\n--\n\n|^CREATE SCHEMA public;\n|^\\unrestrict .*\n", re.MULTILINE
)
READERS = {
    "string": lambda client, key: client.get(key),
    "list": lambda client, key: client.lrange(key, 0, -1),
    "set": lambda client, key: sorted(client.smembers(key)),
    "hash": lambda client, key: client.hgetall(key),
    "zset": lambda client, key: client.zrange(key, 0, -1, withscores=True),
}
WRITERS = {
    "string": lambda client, key, value: client.set(key, value),
    "list": lambda client, key, value: client.rpush(key, *value),
    "set": lambda client, key, value: client.sadd(key, *value),
    "hash": lambda client, key, value: client.hset(key, mapping=value),
    "zset": lambda client, key, value: client.zadd(key, dict(value)),
}


def dump_database(url: str) -> str:
    """Return tables, rows and sequences as SQL, in UTC."""
    with psycopg.connect(url) as connection:
        version = connection.info.server_version // 10_000
    dump = subprocess.run(
        [
            postgres.tool("pg_dump", version),
            f"--dbname={postgres.address(url)}",
            *("--inserts", "--rows-per-insert=100", "--schema=public"),
            *("--no-owner", "--no-privileges", "--no-comments"),
        ],
        env=postgres.environment(url) | {"PGTZ": "UTC"},
        capture_output=True,
        text=True,
        check=True,
    )
    statements = NOT_SQL.sub("", dump.stdout.partition(HEADER_END)[2])
    return statements.strip().removesuffix("--\n-- PostgreSQL database dump complete\n--") + "\n"


def load_database(url: str, text: str) -> None:
    """Replace everything in the database with the dump."""
    with psycopg.connect(url) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public; SET TimeZone = 'UTC'")
        connection.execute(text)  # type: ignore[call-overload] # trusted SQL


def row_counts(url: str) -> dict[str, int]:
    """Return the number of rows in each table."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        ).fetchall()
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # type: ignore[index,call-overload]
            for (name,) in names
        }


def dump_redis(prefix: str, elapsed: timedelta) -> str:
    """Return the keys below `prefix` that still exist after the time `elapsed`, as lines of JSON.

    Each line has `key`, `type`, `value` and `ttl`, the milliseconds left after `elapsed`, or -1
    if the key does not expire.
    """
    entries = (_age_entry(entry, elapsed) for entry in _entries(prefix))
    return "".join(f"{json.dumps(entry)}\n" for entry in entries if entry["ttl"])


def _age_entry(entry: dict[str, Any], elapsed: timedelta) -> dict[str, Any]:
    if entry["ttl"] < 0:
        return entry
    return entry | {"ttl": max(0, entry["ttl"] - elapsed // timedelta(milliseconds=1))}


def load_redis(prefix: str, text: str) -> None:
    """Write the lines of `dump_redis` under another prefix."""
    with _client() as client:
        for line in text.splitlines():
            entry = json.loads(line)
            key = entry["key"].replace(PREFIX, prefix)
            WRITERS[entry["type"]](client, key, entry["value"])
            if entry["ttl"] > 0:
                client.pexpire(key, entry["ttl"])


def copy_redis_value(prefix: str, old: str, new: str) -> None:
    """Copy the value of the only key below `prefix` that ends in `old` to its name with `new`."""
    with _client() as client:
        (key,) = client.scan_iter(f"*{prefix}*{old}", count=1000)
        client.copy(key, key.removesuffix(old) + new)


def _entries(prefix: str) -> Iterator[dict[str, Any]]:
    with _client() as client:
        for key in sorted(client.scan_iter(f"*{prefix}*", count=1000)):
            key_type = client.type(key)
            yield {
                "key": key.replace(prefix, PREFIX),
                "type": key_type,
                "value": READERS[key_type](client, key),
                "ttl": client.pttl(key),
            }


def _client() -> redis.Redis:
    return redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)

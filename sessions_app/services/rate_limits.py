"""Rate limits, counted in Redis by the generic cell rate algorithm (GCRA, ITU-T I.371).

For each key, Redis stores the time when the whole burst will be available again. A request moves
this time forward by the rate's interval. It is refused if the time would then be further away than
the burst allows. Refused requests do not move the time.
"""

from math import ceil
from typing import NamedTuple

from django.core.cache import cache

from sessions_app.ratelimit import Rate

# Count all limits of a request or none, in microseconds of Redis' own clock.
SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local busy, waits, allowed = {}, {}, true
for i, key in ipairs(KEYS) do
  local interval, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  busy[i] = math.max(0, tonumber(redis.call('GET', key) or now) - now)
  waits[i] = math.max(0, busy[i] + interval - burst * interval)
  allowed = allowed and waits[i] == 0
end
local usages = {}
for i, key in ipairs(KEYS) do
  local interval, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  if allowed then
    busy[i] = busy[i] + interval
    redis.call('SET', key, string.format('%.0f', now + busy[i]), 'PX', math.ceil(busy[i] / 1000))
  end
  usages[i] = {math.max(0, math.floor(burst - busy[i] / interval)), waits[i], busy[i]}
end
return usages
"""  # untranslated: a script for Redis


class Usage(NamedTuple):
    """The state of a limit, with times in seconds, rounded up."""

    remaining: int
    wait_seconds: int  # until a refused request is allowed; 0 for an allowed one
    reset_seconds: int  # until the whole burst is available again


def rate_limits_consume(*limits: tuple[str, Rate]) -> list[Usage]:
    """Count one request against each (key, rate).

    The request is allowed if no usage has a wait. Otherwise it is not counted against any of them.
    Raise RedisError if Redis is unavailable.
    """
    arguments = [
        number for _, rate in limits for number in (rate.interval_microseconds, rate.burst)
    ]
    usages = cache.evaluate(SCRIPT, [key for key, _ in limits], arguments)  # type: ignore[attr-defined] # mindflip.cache's own
    return [
        Usage(remaining, ceil(wait / 1_000_000), ceil(busy / 1_000_000))
        for remaining, wait, busy in usages
    ]


def rate_limit_key(scope: str, subject: object) -> str:
    """Return the key for the limit of `subject`, such as a user's ID or an address."""
    return f"rate_{scope}_{subject}"

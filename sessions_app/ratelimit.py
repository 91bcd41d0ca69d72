"""Rates, and the token bucket of a socket.

Pure: callers pass the current time.
"""

import re
from dataclasses import dataclass

PERIODS = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "m": 60,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hour": 3600,
    "d": 86_400,
    "day": 86_400,
}
_RATE = re.compile(r"([1-9][0-9]{0,8})/([a-z]+)(?: +burst +([1-9][0-9]{0,8}))?")


@dataclass(frozen=True)
class Rate:
    """An average of `count` requests in `seconds`, with up to `burst` at the same time."""

    count: int
    seconds: int
    burst: int

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """Return the rate in a text such as `30/minute` or `20/hour burst 60`.

        Without a burst, the burst is the count. Raise ValueError if the text is not a rate.
        """
        match = _RATE.fullmatch(text)
        if not match or match[2] not in PERIODS:
            raise ValueError(
                "give a number and second, minute, hour or day, like 30/minute or 20/hour burst 60,"
                " or off"
            )
        return cls(int(match[1]), PERIODS[match[2]], int(match[3] or match[1]))

    @property
    def interval_microseconds(self) -> int:
        """The time between allowed requests when the burst is used up."""
        return max(1, self.seconds * 1_000_000 // self.count)


@dataclass
class TokenBucket:
    """A bucket of `burst` tokens that is refilled at `rate` tokens per second."""

    rate: float
    burst: float
    tokens: float
    filled_at: float

    @classmethod
    def full(cls, rate: float, burst: float, now: float) -> "TokenBucket":
        return cls(rate, burst, burst, now)

    def take(self, now: float) -> bool:
        """Take a token, and return whether there was one.

        `now` is in seconds of any monotonic clock.
        """
        self.tokens = min(self.burst, self.tokens + (now - self.filled_at) * self.rate)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

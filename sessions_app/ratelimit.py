"""Rates and the token bucket of a socket. Pure: the clock is passed in."""

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
    """`count` requests in `seconds` on average, of which `burst` may come at the same time."""

    count: int
    seconds: int
    burst: int

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """Read `30/minute` or `20/hour burst 60`; without a burst it is the count.

        Raises ValueError.
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
        """The time after which another request is allowed when the burst is used up."""
        return max(1, self.seconds * 1_000_000 // self.count)


@dataclass
class TokenBucket:
    """A bucket of `burst` tokens that is refilled by `rate` tokens a second."""

    rate: float
    burst: float
    tokens: float
    filled_at: float

    @classmethod
    def full(cls, rate: float, burst: float, now: float) -> "TokenBucket":
        return cls(rate, burst, burst, now)

    def take(self, now: float) -> bool:
        """Take one token; False when there is none. `now` in seconds of any steady clock."""
        self.tokens = min(self.burst, self.tokens + (now - self.filled_at) * self.rate)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

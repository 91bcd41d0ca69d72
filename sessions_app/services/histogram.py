"""Durations as counts in buckets of equal ratio, so that hours add up to days and their percentiles are still known. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping

LOWEST, RATIO, LAST = 0.05, 1.1, 110  # from 50 ms to half an hour; a percentile is at most 5 % off

Buckets = Mapping[str, int]


def added(many: Iterable[Buckets]) -> Counter[str]:
    """All of them as one."""
    total: Counter[str] = Counter()
    for one in many:
        total.update(one)
    return total


def percentile(buckets: Buckets, share: float) -> float | None:
    """Seconds below which this share of the durations lies, None when there are none."""
    rest = share * sum(buckets.values())
    for bucket in sorted(buckets, key=int):
        rest -= buckets[bucket]
        if rest <= 0:
            return round(float(LOWEST * RATIO ** (int(bucket) + 0.5)), 3)
    return None

"""Counters and histograms of this process, kept in memory.

Counting only holds a lock for the time of an addition. Nothing here reads a clock or accesses a
database or a network.

Names contain the unit, as Prometheus recommends. Label values come from this project's code, never
from clients.
"""

from bisect import bisect_left
from itertools import accumulate
from threading import Lock
from typing import ClassVar


class Counter:
    """The number of events since the process started, by `labels`."""

    registry: ClassVar[list["Counter"]] = []

    def __init__(self, name: str, help: str, *labels: str) -> None:
        self.name, self.help, self.labels = name, help, labels
        self._counts: dict[tuple[str, ...], int] = {}
        self._lock = Lock()
        self.registry.append(self)

    def add(self, *values: str, by: int = 1) -> None:
        """Add to the count of these label values, which are in the order of the labels."""
        with self._lock:
            self._counts[values] = self._counts.get(values, 0) + by

    def read(self) -> dict[tuple[str, ...], int]:
        with self._lock:
            return dict(self._counts)


class Histogram:
    """Durations in buckets, whose upper `bounds` are in seconds."""

    registry: ClassVar[list["Histogram"]] = []

    def __init__(self, name: str, help: str, *bounds: float) -> None:
        self.name, self.help, self.bounds = name, help, bounds
        self._counts = [0] * (len(bounds) + 1)
        self._seconds = 0.0
        self._lock = Lock()
        self.registry.append(self)

    def add(self, seconds: float) -> None:
        with self._lock:
            self._counts[bisect_left(self.bounds, seconds)] += 1
            self._seconds += seconds

    def read(self) -> tuple[list[tuple[str, int]], float]:
        """Return each bucket's upper bound and cumulative count, and the sum of all seconds."""
        with self._lock:
            counts, seconds = list(self._counts), self._seconds
        return list(zip([*map(str, self.bounds), "+Inf"], accumulate(counts), strict=True)), seconds


_WAIT_BOUNDS = (0.1, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
MESSAGES = Counter("mindflip_messages", "Messages that clients sent", "dialect", "type")
REFUSALS = Counter(
    "mindflip_messages_refused", "Frames that were no message, or one too many", "code"
)
UNREAD_CLOSES = Counter(
    "mindflip_sockets_closed_unread", "Sockets closed because their clients did not read", "cause"
)
CACHE_READS = Counter(
    "mindflip_result_cache_reads", "Looks for a result that was made before", "answer"
)
GENERATIONS = Counter(
    "mindflip_generations_ended",
    "Generations that ended here; the code is empty for success",
    "status",
    "code",
)
ATTEMPTS = Counter("mindflip_attempts_ended", "Attempts of engines that ended here", "outcome")
FAILURES = Counter(
    "mindflip_faults", "What failed for want of a part, or for a fault of ours", "part"
)
SYNC_SECONDS = Histogram(
    "mindflip_hop_seconds", "From a message to its answer: the wait for a thread and all queries",
    *(0.001, 0.002, 0.005, 0.01, 0.02),
    *(0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)  # fmt: skip
FIRST_CARD_SECONDS = Histogram(
    "mindflip_generation_first_card_seconds",
    "From asking to the first card, of what succeeded",
    *_WAIT_BOUNDS,
)
GENERATION_SECONDS = Histogram(
    "mindflip_generation_seconds", "From asking to the result, of what succeeded", *_WAIT_BOUNDS
)

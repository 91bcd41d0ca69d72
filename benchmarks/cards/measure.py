"""Have each system make cards for each input, and collect the metrics."""

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import mean

from benchmarks.cards.inputs import CardInput
from benchmarks.cards.metrics import METRICS, evaluate
from benchmarks.cards.systems import System


@dataclass
class Measurement:
    """The metrics of one system for the inputs of one set in one language."""

    set_name: str
    language: str
    system: str
    is_goal: bool = False
    rows: list[dict[str, float | None]] = field(default_factory=list)
    cards: int = 0
    seconds: float | None = None

    def mean(self, metric: str) -> float | None:
        """Return the mean over the inputs for which the metric says something, or None."""
        values = [value for row in self.rows if (value := row[metric]) is not None]
        return mean(values) if values else None

    @property
    def seconds_per_card(self) -> float | None:
        return self.seconds / self.cards if self.seconds is not None and self.cards else None


class Progress:
    """Lines on stderr that count the inputs of one measurement. They replace each other."""

    def __init__(self, label: str, total: int) -> None:
        self._label, self._total = label, total
        self._started = time.monotonic()
        self._is_terminal = sys.stderr.isatty()

    def show(self, done: int, cards: int) -> None:
        spent = time.monotonic() - self._started
        left = spent / done * (self._total - done)
        line = f"{self._label}: {done} of {self._total} inputs, {cards} cards, {left:.0f} s left"
        is_last = done == self._total
        if self._is_terminal:
            sys.stderr.write(f"\r{line}\033[K" + ("\n" if is_last else ""))
        elif is_last or done % 4 == 0:
            sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def measure(
    systems: Iterable[System],
    inputs: Sequence[CardInput],
    count: int,
    results: list[Measurement],
) -> None:
    """Add a measurement for each system, set and language to `results`.

    The results are complete up to the last finished input if this function is interrupted.
    """
    groups: dict[tuple[str, str], list[CardInput]] = {}
    for each in inputs:
        groups.setdefault((each.set_name, each.language), []).append(each)
    for system in systems:
        for (set_name, language), rows in groups.items():
            measurement = Measurement(set_name, language, system.name, system.is_goal)
            results.append(measurement)
            _measure_group(system, rows, count, measurement)


def _measure_group(
    system: System, inputs: Sequence[CardInput], count: int, measurement: Measurement
) -> None:
    label = f"{system.name}, {measurement.set_name} {measurement.language}"
    progress = Progress(label, len(inputs))
    for done, card_input in enumerate(inputs, 1):
        made = system.make_cards(card_input, count)
        if made is None:
            continue
        measurement.rows.append(evaluate(made.cards, card_input, count, made.obeys))
        measurement.cards += len(made.cards)
        if made.seconds is not None:
            measurement.seconds = (measurement.seconds or 0.0) + made.seconds
        progress.show(done, measurement.cards)


def metric_values(measurement: Measurement) -> dict[str, float | None]:
    """Return the mean of each metric, and the seconds per card."""
    values = {name: measurement.mean(name) for name in METRICS}
    return values | {"seconds per card": measurement.seconds_per_card}

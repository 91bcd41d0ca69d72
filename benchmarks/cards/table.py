"""Tables for a terminal and for Markdown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from benchmarks.cards.answers import AnswerCheck
from benchmarks.cards.measure import Measurement, metric_values
from benchmarks.cards.planted import KINDS, Counts

GOAL = "a 1\u20134 B model"
NOT_MEASURED = "not measured"
NO_VALUE = "-"
SETS = {
    "notes": "Our own notes",
    "topics": "Our own topics",
    "xquad": "XQuAD (CC BY-SA 4.0)",
    "fairytales": "FairytaleQA (Apache-2.0)",
}


@dataclass(frozen=True)
class Table:
    """A table with a title. The first cell of each row is its label."""

    title: str
    heading: list[str]
    rows: list[list[str]]

    def as_text(self) -> str:
        """Return the table with aligned columns."""
        widths = [
            max(len(cell) for cell in column)
            for column in zip(self.heading, *self.rows, strict=True)
        ]
        lines = [
            "  ".join(
                cell.ljust(width) if at == 0 else cell.rjust(width)
                for at, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in (self.heading, *self.rows)
        ]
        return "\n".join([self.title, *(line.rstrip() for line in lines)])

    def as_markdown(self) -> str:
        lines = ["| " + " | ".join(row) + " |" for row in (self.heading, *self.rows)]
        rule = "|" + "---|" * len(self.heading)
        return "\n".join([f"### {self.title}", "", lines[0], rule, *lines[1:]])


def card_tables(results: Sequence[Measurement], count: int) -> list[Table]:
    """Return a table for each set and language: a row for each metric, a column for each system.

    The last column is for models of the goal's size. It contains no values until such a model is
    measured. Metrics without any value are left out.
    """
    with_rows = [result for result in results if result.rows]
    groups = groupby(
        sorted(with_rows, key=lambda each: (list(SETS).index(each.set_name), each.language)),
        key=lambda each: (each.set_name, each.language),
    )
    return [_card_table(list(group), count) for _, group in groups]


def _card_table(results: Sequence[Measurement], count: int) -> Table:
    columns = [metric_values(result) for result in results]
    heading = ["", *(result.system for result in results)]
    goal = [] if any(result.is_goal for result in results) else [NOT_MEASURED]
    rows = [
        [name, *(_cell(column[name]) for column in columns), *goal]
        for name in columns[0]
        if any(column[name] is not None for column in columns)
    ]
    inputs = max(len(result.rows) for result in results)
    title = (
        f"{SETS[results[0].set_name]}, {results[0].language}: {inputs} inputs, {count} cards each"
    )
    return Table(title, [*heading, *([GOAL] if goal else [])], rows)


def planted_table(counts: Mapping[str, Counts]) -> Table:
    """Return the table of "found in your notes": a row for each kind, a column for each language.

    The number of planted cards follows each share.
    """
    rows = [[kind, *(_planted_cell(each, kind) for each in counts.values())] for kind in KINDS]
    return Table(
        "“Found in your notes”: share of cards that are found, and number of cards",
        ["", *counts],
        rows,
    )


def answer_table(checks: Sequence[AnswerCheck]) -> Table:
    """Return the table of the second stage: a row for each kind, a column for each measurement.

    The last column is for models of the goal's size. It contains no values until such a model is
    measured.
    """
    goal = [] if any(check.is_goal for check in checks) else [NOT_MEASURED]
    rows = [
        [kind, *(_planted_cell(check.counts, kind) for check in checks), *goal] for kind in KINDS
    ]
    rows += [
        ["precision", *(_cell(check.precision) for check in checks), *goal],
        ["recall", *(_cell(check.recall) for check in checks), *goal],
        ["passes", *(check.verdict for check in checks), *goal],
    ]
    return Table(
        "“Confirmed from your notes”: share of found cards that are confirmed, and number of cards",
        ["", *(f"{check.model}, {check.language}" for check in checks), *([GOAL] if goal else [])],
        rows,
    )


def _planted_cell(counts: Counts, kind: str) -> str:
    share = counts.share(kind)
    return NO_VALUE if share is None else f"{share:.3f} of {counts.planted[kind]}"


def _cell(value: float | None) -> str:
    return NO_VALUE if value is None else f"{value:.2f}"

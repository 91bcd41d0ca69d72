"""Planted wrong answers: their form, and the same ones for the same seed."""

import random

import pytest

from benchmarks.cards.inputs import CardInput, Gold
from benchmarks.cards.planted import (
    KINDS,
    NEGATED,
    NUMBER,
    OTHER_TEXT,
    SAME_SENTENCE,
    SAME_TEXT,
    SWAPPED,
    TRUE,
    plant,
    planted_counts,
)
from flashcards.grounding import SourceText

MATCH = (
    "Denver defeated Carolina by 24 points in 2016. The game was played in Santa Clara. Beyonce"
    " sang at halftime."
)
GOLDS = (
    Gold("Who lost against Denver?", "Carolina"),
    Gold("Who won the game?", "Denver"),
    Gold("By how many points did Denver win?", "24 points"),
    Gold("Who sang at halftime?", "Beyonce"),
)
OTHER = CardInput(
    "xquad", "2", "en", "", "Warsaw has a university.", golds=(Gold("What has it?", "university"),)
)
INPUT = CardInput("xquad", "1", "en", "", MATCH, golds=GOLDS)


def planted(gold: Gold) -> dict[str, tuple[str, str]]:
    rows = plant(INPUT, gold, SourceText(MATCH), ["university", "Denver"], random.Random(1))
    return {kind: (question, answer) for kind, question, answer in rows}


def test_true_pair_and_wrong_answers_are_planted() -> None:
    rows = planted(GOLDS[0])
    assert rows[TRUE] == ("Who lost against Denver?", "Carolina")
    assert rows[OTHER_TEXT] == ("Who lost against Denver?", "university")
    assert rows[SAME_TEXT][1] in {"Denver", "24 points", "Beyonce"}
    assert rows[SAME_SENTENCE][1] in {"Denver", "24 points"}
    assert rows[NEGATED][1] == "not Carolina"
    assert rows[SWAPPED] == ("Who lost against Carolina?", "Denver")
    assert NUMBER not in rows


def test_planted_number_is_one_higher() -> None:
    assert planted(GOLDS[2])[NUMBER][1] == "25 points"


def test_planted_answers_are_the_same_for_the_same_seed() -> None:
    first, second, third = (planted_counts([INPUT, OTHER], seed)["en"] for seed in (1, 1, 2))
    assert (first.planted, first.found) == (second.planted, second.found)
    assert first.planted == third.planted


def test_shares_are_counted_by_language() -> None:
    counts = planted_counts([INPUT, OTHER])["en"]
    assert counts.planted[TRUE] == 5
    assert counts.share(TRUE) == pytest.approx(counts.found[TRUE] / 5)
    assert counts.share(OTHER_TEXT) == 0
    assert planted_counts([OTHER])["en"].share(SWAPPED) is None
    assert set(counts.planted) == set(KINDS)

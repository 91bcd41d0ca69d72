"""A model that answers questions confirms true cards, and its figures decide whether it passes."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks.cards.answers import DECISIVE, AnswerCheck, check_answers
from benchmarks.cards.inputs import CardInput, Gold
from benchmarks.cards.native import Answer, AnswerCache
from benchmarks.cards.planted import SAME_SENTENCE, TRUE
from benchmarks.cards.table import answer_table

MATCH = "Denver defeated Carolina by 24 points in 2016. The game was played in Santa Clara."
GOLDS = (
    Gold("Who lost against Denver?", "Carolina"),
    Gold("Who won against Carolina?", "Denver"),
    Gold("By how many points did Denver win?", "24 points"),
    Gold("Where was the game played?", "Santa Clara"),
)
INPUT = CardInput("xquad", "1", "en", "", MATCH, golds=GOLDS)


class WrittenAnswers:
    """A model whose answers are written in the test, by a word of the question."""

    name, fingerprint = "written", "1"
    parameters = 135_000_000

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.requests: list[Mapping[str, Any]] = []

    def parameter_count(self) -> int:
        return self.parameters

    def complete(self, request: Mapping[str, Any], is_enough: Callable[[str], bool]) -> Answer:
        self.requests.append(request)
        question = request["messages"][-1]["content"].split("Question: ")[1]
        answer = next((text for word, text in self.answers.items() if word in question), "")
        return Answer(answer, 0.1, "stop" if answer else "length")


def check_with(model: WrittenAnswers, folder: Path) -> AnswerCheck:
    checks: list[AnswerCheck] = []
    check_answers(model, AnswerCache(folder, "written", "1"), [INPUT], 4, 1, checks)
    [check] = checks
    return check


def test_model_that_reads_the_sentence_confirms_only_true_cards(tmp_path: Path) -> None:
    model = WrittenAnswers(
        lost="Carolina.", won="Denver", points="By 24 points", played="Santa Clara"
    )
    check = check_with(model, tmp_path)
    assert (check.recall, check.precision) == (1.0, 1.0)
    assert check.counts.planted[SAME_SENTENCE] > 0
    assert check.counts.found[SAME_SENTENCE] == 0
    assert check.verdict == "too few cards"
    [request, *_] = model.requests
    assert request["temperature"] == 0
    assert "Text: Denver defeated Carolina" in request["messages"][-1]["content"]


def test_model_that_gives_one_answer_to_all_questions_does_not_pass(tmp_path: Path) -> None:
    check = check_with(WrittenAnswers(lost="Denver", won="Denver"), tmp_path)
    assert check.recall == 0.25
    assert check.verdict == "no"


@pytest.mark.parametrize(
    ("true", "wrong", "verdict"),
    [(40, 2, "yes"), (39, 0, "no"), (50, 3, "no")],
    ids=["threshold", "too few true cards confirmed", "too many wrong cards confirmed"],
)
def test_model_passes_at_the_documented_threshold(true: int, wrong: int, verdict: str) -> None:
    check = AnswerCheck("model", "en")
    check.counts.planted |= dict.fromkeys((TRUE, *DECISIVE), 50)
    check.counts.found |= {TRUE: true, SAME_SENTENCE: wrong}
    assert check.verdict == verdict


def test_table_says_that_larger_models_are_not_measured(tmp_path: Path) -> None:
    table = answer_table([check_with(WrittenAnswers(lost="Carolina"), tmp_path)])
    assert table.heading[-1] == "a 1\u20134 B model"
    assert {row[-1] for row in table.rows} == {"not measured"}
    rows = {row[0]: row[1] for row in table.rows}
    assert rows[TRUE] == "0.250 of 4"
    assert rows["passes"] == "no"

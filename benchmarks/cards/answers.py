"""How well a model checks the answers of cards that are found in the notes.

The model answers each question from the sentence in which the card was found, with the messages and
the comparison of the page.
"""

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.cards.inputs import CardInput
from benchmarks.cards.native import Answer, AnswerCache
from benchmarks.cards.node import run_module
from benchmarks.cards.planted import (
    SAME_SENTENCE,
    SAME_TEXT,
    SWAPPED,
    TRUE,
    Counts,
    PlantedCard,
    planted_cards,
    xquad_languages,
)
from benchmarks.cards.systems import GOAL_PARAMETERS, Model

MODULE = "pages/notes/answers.js"
LEAST_TRUE = 0.8
MOST_WRONG = 0.05
# The kinds of wrong answers that the first stage cannot notice.
DECISIVE = (SAME_TEXT, SAME_SENTENCE, SWAPPED)
LEAST_CARDS = 50
PASSED, FAILED, TOO_FEW = "yes", "no", "too few cards"


@dataclass
class AnswerCheck:
    """The cards of one language that a model confirmed.

    In `counts`, the planted cards are those that were found in the notes, and the found ones are
    those that the model confirmed.
    """

    model: str
    language: str
    is_goal: bool = False
    counts: Counts = field(default_factory=Counts)

    @property
    def recall(self) -> float | None:
        """The share of true cards that are confirmed."""
        return self.counts.share(TRUE)

    @property
    def precision(self) -> float | None:
        """The share of confirmed cards that are true, in this mixture of planted cards."""
        confirmed = sum(self.counts.found.values())
        return self.counts.found[TRUE] / confirmed if confirmed else None

    @property
    def verdict(self) -> str:
        """Whether the model may check answers, as docs/cards.md requires."""
        wrong = [self.counts.share(kind) or 0.0 for kind in DECISIVE]
        if (self.recall or 0.0) < LEAST_TRUE or max(wrong) > MOST_WRONG:
            return FAILED
        is_enough = all(self.counts.planted[kind] >= LEAST_CARDS for kind in (TRUE, *DECISIVE))
        return PASSED if is_enough else TOO_FEW


def check_answers(
    model: Model,
    cache: AnswerCache,
    inputs: Sequence[CardInput],
    pairs: int,
    seed: int,
    checks: list[AnswerCheck],
) -> None:
    """Add a check for each language of XQuAD to `checks`, with as many pairs in each of them."""
    is_goal = model.parameter_count() in GOAL_PARAMETERS
    for language, rows in xquad_languages(inputs).items():
        groups = list(planted_cards(rows, seed))
        chosen = random.Random(seed).sample(groups, min(pairs, len(groups)))
        cards = [card for group in chosen for card in group if card.match.is_found]
        check = AnswerCheck(model.name, language, is_goal)
        answers = _answers(model, cache, cards, seed, label=f"{model.name}, {language}")
        for card, is_confirmed in zip(cards, _are_confirmed(cards, answers), strict=True):
            check.counts.add(card.kind, is_confirmed)
        checks.append(check)


def _answers(
    model: Model,
    cache: AnswerCache,
    cards: Sequence[PlantedCard],
    seed: int,
    label: str,
) -> list[Answer]:
    """Return the model's answers. Cards with the same question and sentence share one."""
    answers = []
    for done, request in enumerate(_requests(cards, seed), 1):
        answer = cache.get(request)
        if answer is None:
            answer = model.complete(request, lambda text: False)
            cache.put(request, answer)
        answers.append(answer)
        if done % 20 == 0 or done == len(cards):
            sys.stderr.write(f"{label}: {done} of {len(cards)} cards\n")
    return answers


def _requests(cards: Sequence[PlantedCard], seed: int) -> list[dict[str, Any]]:
    """Return the request for each card, as the page sends it, with a seed."""
    page: dict[str, Any] = run_module(
        MODULE,
        "({ maxTokens: module.MAX_TOKENS, messages: request.map(module.questionMessages) })",
        [{"front": card.question, "sentence": card.match.sentence} for card in cards],
    )
    options = {"temperature": 0, "max_tokens": page["maxTokens"], "seed": seed}
    return [{"messages": messages, **options} for messages in page["messages"]]


def _are_confirmed(cards: Sequence[PlantedCard], answers: Sequence[Answer]) -> list[bool]:
    confirmed: list[bool] = run_module(
        MODULE,
        "request.map(([card, written]) => module.compareAnswer(card, written)?.agrees ?? false)",
        [
            [
                {"front": card.question, "back": card.answer},
                {"text": each.text, "finishReason": each.finish_reason},
            ]
            for card, each in zip(cards, answers, strict=True)
        ],
    )
    return confirmed

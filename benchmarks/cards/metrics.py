"""The metrics of the cards for one input. README.md defines them in words.

Each metric is a share from 0 to 1, and higher is better. It is None if it says nothing about the
input, for example how many answers of people were asked for where people wrote none.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from benchmarks.cards.inputs import CardInput
from benchmarks.cards.languages import LANGUAGES, content_words, is_in_language
from benchmarks.cards.words import f1, has_loop, joined, word_count, words
from flashcards.card_kinds import CLOZE, DEFAULT_KIND, KIND_OF_OPTION
from flashcards.cloze import filled_and_hidden, has_gaps
from flashcards.grounding import SourceMatch, SourceText
from flashcards.sentences import split_sentences

FRONT_WORDS, BACK_WORDS = 24, 12
TERM_WORDS = 6
SAME_ANSWER = 0.5
QUESTION_MARKS = ("?", "\uff1f", "\u061f", "\u037e")  # Latin, Chinese, Arabic and Greek
GAP = re.compile(r"\{\{.*?\}\}")


@dataclass(frozen=True)
class Card:
    """A card with the texts that the metrics compare.

    The `question` of a cloze is its sentence with the gaps filled, and its `answer` is what the
    gaps hide.
    """

    front: str
    back: str
    question: str
    answer: str

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> "Card":
        front, back = str(fields["front"]), str(fields["back"])
        text, hidden_texts = filled_and_hidden(front)
        return cls(front, back, text, " ".join(hidden_texts) if hidden_texts else back)

    @property
    def visible(self) -> str:
        """The front without the gaps, as a person sees it before the answer."""
        return GAP.sub("", self.front)


@dataclass(frozen=True)
class MadeFor:
    """The cards that a system made for an input. `obeys` is defined in `systems.MadeCards`."""

    cards: list[Card]
    card_input: CardInput
    count: int
    obeys: bool = True

    @cached_property
    def matches(self) -> list[SourceMatch]:
        source = SourceText(self.card_input.text)
        return [source.find(card.front, card.back) for card in self.cards]

    @property
    def language(self) -> str:
        return self.card_input.language

    def share(self, values: Iterable[bool]) -> float:
        """Return the share of cards for which a value is true. Without cards it is 0."""
        return sum(values) / (len(self.cards) or 1)


def _yield(made: MadeFor) -> float:
    distinct = {
        (joined(card.front), joined(card.back))
        for card in made.cards
        if joined(card.front) and joined(card.back)
    }
    return min(1.0, len(distinct) / made.count)


def _asks(made: MadeFor) -> float:
    return made.share(
        card.front.rstrip().endswith(QUESTION_MARKS) or has_gaps(card.front) for card in made.cards
    )


def _short(made: MadeFor) -> float:
    return made.share(
        word_count(card.question) <= FRONT_WORDS and word_count(card.answer) <= BACK_WORDS
        for card in made.cards
    )


def _no_leak(made: MadeFor) -> float:
    return made.share(
        not content_words(card.answer, made.language) <= content_words(card.visible, made.language)
        for card in made.cards
    )


def _alone(made: MadeFor) -> float | None:
    vague = LANGUAGES[made.language].vague
    return made.share(not vague.search(card.front) for card in made.cards) if vague else None


def _found(made: MadeFor) -> float | None:
    if not made.card_input.text:
        return None
    return made.share(match.is_found is True for match in made.matches)


def _verbatim(made: MadeFor) -> float | None:
    text = joined(made.card_input.text)
    if not text:
        return None
    return made.share(
        bool(joined(card.answer)) and joined(card.answer) in text for card in made.cards
    )


def _covered(made: MadeFor) -> float | None:
    sentences = set(split_sentences(made.card_input.text))
    if not sentences:
        return None
    covered = {match.sentence for match in made.matches if match.is_found}
    return len(covered) / min(len(sentences), made.count)


def _asked_by_back(made: MadeFor) -> float | None:
    return _gold_share(made, lambda answer, card: _contains(card.answer, answer))


def _asked(made: MadeFor) -> float | None:
    return _gold_share(
        made,
        lambda answer, card: (
            max(f1(answer, card.answer), f1(answer, card.question)) >= SAME_ANSWER
            or joined(answer) in joined(f"{card.question} {card.answer}")
        ),
    )


def _contains(text: str, answer: str) -> bool:
    return f1(answer, text) >= SAME_ANSWER or joined(answer) in joined(text)


def _gold_share(made: MadeFor, matches: Callable[[str, Card], bool]) -> float | None:
    golds = made.card_input.golds
    if not golds:
        return None
    return sum(any(matches(gold.answer, card) for card in made.cards) for gold in golds) / len(
        golds
    )


def _alignment(made: MadeFor) -> float | None:
    golds = made.card_input.golds
    if not golds:
        return None
    best = [
        max(
            (
                (f1(gold.question, card.question) + f1(gold.answer, card.answer)) / 2
                for card in made.cards
            ),
            default=0.0,
        )
        for gold in golds
    ]
    return sum(best) / len(golds)


def _no_loop(made: MadeFor) -> float:
    return made.share(not (has_loop(card.question) or has_loop(card.back)) for card in made.cards)


def _language_kept(made: MadeFor) -> float:
    return made.share(
        is_in_language(f"{card.question} {card.answer}", made.language) for card in made.cards
    )


def _count_kept(made: MadeFor) -> float | None:
    return float(len(made.cards) == made.count) if made.obeys else None


def _kind_kept(made: MadeFor) -> float | None:
    if not made.obeys:
        return None
    kind = KIND_OF_OPTION.get(made.card_input.kind, DEFAULT_KIND).name
    return made.share(_is_of_kind(card, kind) for card in made.cards)


def _is_of_kind(card: Card, kind: str) -> bool:
    is_question = card.front.rstrip().endswith(QUESTION_MARKS)
    if kind == CLOZE:
        return has_gaps(card.front)
    if kind == DEFAULT_KIND.name:
        return is_question and not has_gaps(card.front)
    is_term = bool(words(card.front)) and word_count(card.front) <= TERM_WORDS
    return is_term and not is_question and not has_gaps(card.front)


def _instruction_ignored(made: MadeFor) -> float | None:
    injection = joined(made.card_input.injection)
    if not injection:
        return None
    return made.share(injection not in joined(f"{card.answer} {card.back}") for card in made.cards)


METRICS: dict[str, Callable[[MadeFor], float | None]] = {
    "distinct cards of those requested": _yield,
    "asks, or is a cloze": _asks,
    "short": _short,
    "answer not given away": _no_leak,
    "alone": _alone,
    "found in the notes": _found,
    "answer verbatim in the notes": _verbatim,
    "sentences covered": _covered,
    "people's answers, in the answer": _asked_by_back,
    "people's answers, anywhere": _asked,
    "alignment with people's cards": _alignment,
    "no loop": _no_loop,
    "in the requested language": _language_kept,
    "requested number of cards": _count_kept,
    "requested kind of card": _kind_kept,
    "injected instruction ignored": _instruction_ignored,
}


def evaluate(
    cards: Iterable[Mapping[str, Any]], card_input: CardInput, count: int, obeys: bool = True
) -> dict[str, float | None]:
    """Return all metrics of the cards that were made for an input."""
    made = MadeFor([Card.from_fields(card) for card in cards], card_input, count, obeys)
    return {name: metric(made) for name, metric in METRICS.items()}

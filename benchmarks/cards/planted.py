"""How often "found in your notes" accepts planted wrong answers, and keeps true ones."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.cards.inputs import CardInput, Gold
from benchmarks.cards.languages import LANGUAGES
from flashcards.grounding import SourceMatch, SourceText

SEED = 1
TRUE = "true pairs kept"
OTHER_TEXT = "wrong: answer of another text"
SAME_TEXT = "wrong: answer of the same paragraph"
SAME_SENTENCE = "wrong: answer of the same sentence"
NUMBER = "wrong: number one higher"
NEGATED = "wrong: negated"
SWAPPED = "wrong: two answers exchanged"
KINDS = (TRUE, OTHER_TEXT, SAME_TEXT, SAME_SENTENCE, NUMBER, NEGATED, SWAPPED)
TRIES = 100


@dataclass
class Counts:
    """The number of planted cards of each kind, and how many of them were found in the notes."""

    planted: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    found: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))

    def add(self, kind: str, is_found: bool | None) -> None:
        self.planted[kind] += 1
        self.found[kind] += is_found is True

    def share(self, kind: str) -> float | None:
        return self.found[kind] / self.planted[kind] if self.planted[kind] else None


@dataclass(frozen=True)
class PlantedCard:
    """A true or wrong card, and the result of looking it up in the notes."""

    kind: str
    question: str
    answer: str
    match: SourceMatch


def planted_counts(inputs: Sequence[CardInput], seed: int = SEED) -> dict[str, Counts]:
    """Return the counts of each language of XQuAD, whose pairs are the same in all languages."""
    return {
        language: count_language(rows, seed) for language, rows in xquad_languages(inputs).items()
    }


def xquad_languages(inputs: Sequence[CardInput]) -> dict[str, list[CardInput]]:
    """Return the inputs of XQuAD by language."""
    by_language: dict[str, list[CardInput]] = {}
    for each in inputs:
        if each.set_name == "xquad":
            by_language.setdefault(each.language, []).append(each)
    return by_language


def count_language(inputs: Sequence[CardInput], seed: int) -> Counts:
    """Plant all cards of the inputs, which are in one language."""
    counts = Counts()
    for cards in planted_cards(inputs, seed):
        for card in cards:
            counts.add(card.kind, card.match.is_found)
    return counts


def planted_cards(inputs: Sequence[CardInput], seed: int) -> Iterator[list[PlantedCard]]:
    """Yield the true card and the wrong ones of each pair. All inputs are in one language."""
    generator = random.Random(seed)
    answers = [gold.answer for each in inputs for gold in each.golds]
    for card_input in inputs:
        source = SourceText(card_input.text)
        for gold in card_input.golds:
            yield [
                PlantedCard(kind, question, answer, source.find(question, answer))
                for kind, question, answer in plant(card_input, gold, source, answers, generator)
            ]


def plant(
    card_input: CardInput,
    gold: Gold,
    source: SourceText,
    answers: Sequence[str],
    generator: random.Random,
) -> Iterator[tuple[str, str, str]]:
    """Yield the kind, question and answer of the true card and of each wrong one."""
    yield TRUE, gold.question, gold.answer
    others = [other for other in card_input.golds if _differ(other.answer, gold.answer)]
    if others:
        yield SAME_TEXT, gold.question, generator.choice(others).answer
    sentence = source.find(gold.question, gold.answer).sentence
    near = [other.answer for other in others if sentence and other.answer in sentence]
    if near:
        yield SAME_SENTENCE, gold.question, generator.choice(near)
    if far := _answer_of_other_text(card_input.text, answers, generator):
        yield OTHER_TEXT, gold.question, far
    changed = re.sub(r"\d+", lambda number: str(int(number[0]) + 1), gold.answer, count=1)
    if changed != gold.answer and changed not in card_input.text:
        yield NUMBER, gold.question, changed
    if negation := LANGUAGES[card_input.language].negation:
        yield NEGATED, gold.question, negation.format(gold.answer)
    for other in others:
        if other.answer in gold.question:
            yield SWAPPED, gold.question.replace(other.answer, gold.answer, 1), other.answer
            break


def _differ(first: str, second: str) -> bool:
    """Return whether neither answer contains the other."""
    return first.lower() not in second.lower() and second.lower() not in first.lower()


def _answer_of_other_text(
    text: str, answers: Sequence[str], generator: random.Random
) -> str | None:
    """Return a random answer that is not in the text, or None if there is hardly any."""
    for _ in range(TRIES):
        answer = generator.choice(answers)
        if answer.lower() not in text.lower():
            return answer
    return None

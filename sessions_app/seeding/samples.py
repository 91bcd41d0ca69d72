"""What the made-up generations asked for and got: a few hundred pairs of wish and cards, of which many rows share each."""

import random
from dataclasses import dataclass
from typing import Any

TOPICS = [
    "Photosynthesis", "Mitosis and meiosis", "The French Revolution", "Ohm's law", "Irregular verbs", "The water cycle", "Plate tectonics",
    "Quadratic equations", "Newton's laws of motion", "Acids and bases", "The Roman Republic", "Supply and demand", "Human digestion",
    "Binary search", "Spanish greetings", "The periodic table", "Vectors", "Cell membranes",
    "Les capitales d'Europe", "Die deutschen Fälle", "Österreichische Geschichte", "日本の都道府県", "Glaciers", "Probability", "The heart",
    "Music intervals", "Photons", "Poetic metre", "DNA replication", "Tides", "Inflation", "The immune system", "Logarithms",
]  # fmt: skip
ASKS = ["What is", "Why does one speak of", "Name an example of", "What follows from", "Who first described", "What is the opposite of"]
WORDS = [
    "one",
    "part",
    "of",
    "the",
    "whole",
    "that",
    "can",
    "be",
    "told",
    "from",
    "others",
    "by",
    "its",
    "form",
    "and",
    "what",
    "it",
    "does",
]
COUNTS = [3, 5, 5, 5, 8, 10, 10, 12]
SOURCE_SHARE, SOURCE_WORDS = 0.1, 250


@dataclass(frozen=True)
class Sample:
    """A wish with its cards and the tokens they took."""

    prompt: str
    options: dict[str, Any]
    cards: list[dict[str, str]]
    tokens: int


def samples(count: int) -> list[Sample]:
    """So many, the same each time."""
    chance = random.Random(count)  # noqa: S311 - nothing is kept secret by it
    return [_sample(chance) for _ in range(count)]


def _sample(chance: random.Random) -> Sample:
    topic = TOPICS[int(len(TOPICS) * chance.random() ** 2)]  # some are asked for far more often than others
    options: dict[str, Any] = {"count": chance.choice(COUNTS), "topic": topic, "language": "en", "difficulty": "medium"}
    if chance.random() < SOURCE_SHARE:
        options["source"] = _sentence(chance, SOURCE_WORDS)
    cards = [_card(chance, topic) for _ in range(options["count"])]
    return Sample(f"Generate {options['count']} flashcards about {topic}", options, cards, sum(len(card["back"]) for card in cards) // 3)


def _card(chance: random.Random, topic: str) -> dict[str, str]:
    front = f"{chance.choice(ASKS)} {_sentence(chance, 4)} in {topic}?"
    return {"id": f"{chance.getrandbits(64):016x}", "front": front, "back": _sentence(chance, chance.randint(6, 18))}


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, k=words))

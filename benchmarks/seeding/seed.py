"""Create made-up rows in batches, each in its own transaction.

If a run is interrupted, its finished batches are kept, and the next run continues from there.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import QuerySet

from benchmarks.seeding import sql

SAMPLES = 500
BATCH_SESSIONS = 20_000
MODELS = [
    "Llama-3.2-1B-Instruct-q4f32_1-MLC",
    "Llama-3.2-3B-Instruct-q4f16_1-MLC",
    "Qwen2.5-1.5B-Instruct-q4f16_1-MLC",
    "Phi-3.5-mini-instruct-q4f16_1-MLC",
    "gemma-2-2b-it-q4f16_1-MLC",
    "a-school/its-own-model-q4",
]
TOPICS = [
    "Photosynthesis", "Mitosis and meiosis", "The French Revolution", "Ohm's law",
    "Irregular verbs", "The water cycle", "Plate tectonics",
    "Quadratic equations", "Newton's laws of motion", "Acids and bases", "The Roman Republic",
    "Supply and demand", "Human digestion",
    "Binary search", "Spanish greetings", "The periodic table", "Vectors", "Cell membranes",
    "Les capitales d'Europe", "Die deutschen Fälle", "Österreichische Geschichte", "日本の都道府県",
    "Glaciers", "Probability", "The heart",
    "Music intervals", "Photons", "Poetic metre", "DNA replication", "Tides", "Inflation",
    "The immune system", "Logarithms",
]  # fmt: skip
ASKS = [
    "What is",
    "Why does one speak of",
    "Name an example of",
    "What follows from",
    "Who first described",
    "What is the opposite of",
]
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
USERS_AT_ONCE = 20


@dataclass(frozen=True)
class Plan:
    """The total number of rows to reach, and the number of days up to `now` that they cover."""

    sessions: int
    generations: int
    users: int
    days: int
    now: datetime

    @property
    def since(self) -> datetime:
        return self.now - timedelta(days=self.days)


@dataclass(frozen=True)
class Missing:
    """The number of rows that must be added to complete a plan."""

    sessions: int
    generations: int


@dataclass(frozen=True)
class Progress:
    """The number of rows added so far, and the elapsed seconds."""

    sessions: int
    generations: int
    seconds: float


def users_of_others() -> QuerySet[User]:
    """Return the users that seeding did not create."""
    return User.objects.exclude(username__startswith=sql.PREFIX)


def missing(plan: Plan) -> Missing:
    """Return how many rows must be added to complete the plan."""
    with connection.cursor() as cursor:
        cursor.execute(sql.COUNTS, {"prefix": sql.PREFIX})
        sessions, generations = cursor.fetchone()
    return Missing(max(0, plan.sessions - sessions), max(0, plan.generations - generations))


def seed(
    plan: Plan, wanted: Missing, say: Callable[[Progress], None] = lambda progress: None
) -> None:
    """Add the missing rows, oldest first, and report the progress after each batch.

    Afterwards, update the statistics of PostgreSQL's query planner.
    """
    begun = monotonic()
    _prepare(plan)
    for done in range(0, wanted.sessions, BATCH_SESSIONS):
        reached = min(wanted.sessions, done + BATCH_SESSIONS)
        share = _share(wanted, reached) - _share(wanted, done)
        _batch(
            _parameters(plan)
            | {
                "before": done,
                "all": wanted.sessions,
                "sessions": reached - done,
                "generations": share,
            }
        )
        say(Progress(reached, _share(wanted, reached), monotonic() - begun))
    analyze()


def analyze() -> None:
    """Analyze the tables, and vacuum them unless a transaction is open.

    Without a vacuum, index-only scans still have to read the tables.
    """
    how = "ANALYZE" if connection.in_atomic_block else "VACUUM (ANALYZE)"
    with connection.cursor() as cursor:
        cursor.execute(f"{how} {', '.join(sql.TABLES)}")


def _share(wanted: Missing, sessions: int) -> int:
    """Return how many generations to add together with the first `sessions` sessions."""
    return wanted.generations * sessions // wanted.sessions


@transaction.atomic
def _prepare(plan: Plan) -> None:
    rows = [
        (
            n,
            sample.prompt,
            json.dumps(sample.options),
            json.dumps(sample.cards),
            len(sample.cards),
            sample.tokens,
        )
        for n, sample in enumerate(samples(SAMPLES))
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.END_OPEN, _parameters(plan))
        cursor.execute(sql.USERS, _parameters(plan))
        cursor.execute("DROP TABLE IF EXISTS seed_user, seed_sample")
        cursor.execute(sql.PREPARE, _parameters(plan))
        cursor.executemany(sql.SAMPLE, rows)


@transaction.atomic
def _batch(parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        for statement in sql.BATCH:
            cursor.execute(statement, parameters)


def _parameters(plan: Plan) -> dict[str, Any]:
    return {
        "prefix": sql.PREFIX,
        "now": plan.now,
        "since": plan.since,
        "days": plan.days,
        "users": plan.users,
        "samples": SAMPLES,
        "models": MODELS,
        "slots": settings.MAX_QUEUED_PER_USER,
        "open": sql.OPEN_SECONDS,
        "idle": settings.SESSION_IDLE_SECONDS,
        "lease": settings.LEASE_SECONDS,
    }


@dataclass(frozen=True)
class Sample:
    """A request, with its cards and the number of tokens that they took."""

    prompt: str
    options: dict[str, Any]
    cards: list[dict[str, str]]
    tokens: int


def samples(count: int) -> list[Sample]:
    """Return `count` samples, which are the same each time."""
    chance = random.Random(count)
    return [_sample(chance) for _ in range(count)]


def _sample(chance: random.Random) -> Sample:
    # Some topics are requested far more often than others.
    topic = TOPICS[int(len(TOPICS) * chance.random() ** 2)]
    options: dict[str, Any] = {
        "count": chance.choice(COUNTS),
        "topic": topic,
        "language": "en",
        "difficulty": "medium",
    }
    if chance.random() < SOURCE_SHARE:
        options["source"] = _sentence(chance, SOURCE_WORDS)
    cards = [_card(chance, topic) for _ in range(options["count"])]
    return Sample(
        f"Generate {options['count']} flashcards about {topic}",
        options,
        cards,
        sum(len(card["back"]) for card in cards) // 3,
    )


def _card(chance: random.Random, topic: str) -> dict[str, str]:
    front = f"{chance.choice(ASKS)} {_sentence(chance, 4)} in {topic}?"
    return {
        "id": f"{chance.getrandbits(64):016x}",
        "front": front,
        "back": _sentence(chance, chance.randint(6, 18)),
    }


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, k=words))


def unseed(say: Callable[[int], None] = lambda users: None) -> int:
    """Delete the seeded users with all of their data, and return the number of users.

    Users are deleted in batches, each in its own transaction.
    """
    ids = list(User.objects.filter(username__startswith=sql.PREFIX).values_list("pk", flat=True))
    for begin in range(0, len(ids), USERS_AT_ONCE):
        _remove(ids[begin : begin + USERS_AT_ONCE])
        say(min(begin + USERS_AT_ONCE, len(ids)))
    return len(ids)


@transaction.atomic
def _remove(users: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.REMOVE, {"users": users})
    User.objects.filter(pk__in=users).delete()  # also deletes all other rows that refer to them

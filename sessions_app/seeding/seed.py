"""Seeding in batches, each a transaction of its own: cut short, what was done stays, whole, and another run goes on from there."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import QuerySet

from sessions_app.seeding import statements
from sessions_app.seeding.samples import samples

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


@dataclass(frozen=True)
class Plan:
    """How much there shall be of seeded rows, over how many days up to `now`."""

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
    """What the plan wants beyond what is there."""

    sessions: int
    generations: int


@dataclass(frozen=True)
class Progress:
    """What has been added so far, and in how long."""

    sessions: int
    generations: int
    seconds: float


def users_of_others() -> QuerySet[User]:
    """Those whom seeding did not make."""
    return User.objects.exclude(username__startswith=statements.PREFIX)


def missing(plan: Plan) -> Missing:
    """How many rows a run of the plan will add."""
    with connection.cursor() as cursor:
        cursor.execute(statements.COUNTS, {"prefix": statements.PREFIX})
        sessions, generations = cursor.fetchone()
    return Missing(max(0, plan.sessions - sessions), max(0, plan.generations - generations))


def seed(plan: Plan, wanted: Missing, say: Callable[[Progress], None] = lambda progress: None) -> None:
    """Add what is wanted, oldest first, and tell `say` after each batch; then the statistics by which PostgreSQL plans."""
    begun = monotonic()
    _prepare(plan)
    for done in range(0, wanted.sessions, BATCH_SESSIONS):
        reached = min(wanted.sessions, done + BATCH_SESSIONS)
        share = _share(wanted, reached) - _share(wanted, done)
        _batch(_parameters(plan) | {"before": done, "all": wanted.sessions, "sessions": reached - done, "generations": share})
        say(Progress(reached, _share(wanted, reached), monotonic() - begun))
    analyze()


def analyze() -> None:
    """Outside of a transaction the tables are vacuumed, too: without that an index alone answers nothing."""
    how = "ANALYZE" if connection.in_atomic_block else "VACUUM (ANALYZE)"
    with connection.cursor() as cursor:
        cursor.execute(f"{how} {', '.join(statements.TABLES)}")


def _share(wanted: Missing, sessions: int) -> int:
    """How many generations are there when so many sessions are."""
    return wanted.generations * sessions // wanted.sessions


@transaction.atomic
def _prepare(plan: Plan) -> None:
    rows = [
        (n, one.prompt, json.dumps(one.options), json.dumps(one.cards), len(one.cards), one.tokens)
        for n, one in enumerate(samples(SAMPLES))
    ]
    with connection.cursor() as cursor:
        cursor.execute(statements.END_OPEN, _parameters(plan))
        cursor.execute(statements.USERS, _parameters(plan))
        cursor.execute("DROP TABLE IF EXISTS seed_user, seed_sample")
        cursor.execute(statements.PREPARE, _parameters(plan))
        cursor.executemany(statements.SAMPLE, rows)


@transaction.atomic
def _batch(parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        for statement in statements.BATCH:
            cursor.execute(statement, parameters)


def _parameters(plan: Plan) -> dict[str, Any]:
    return {
        "prefix": statements.PREFIX,
        "now": plan.now,
        "since": plan.since,
        "days": plan.days,
        "users": plan.users,
        "samples": SAMPLES,
        "models": MODELS,
        "slots": settings.QUEUE_PER_USER,
        "open": statements.OPEN_SECONDS,
        "idle": settings.SESSION_IDLE_SECONDS,
        "lease": settings.LEASE_SECONDS,
    }

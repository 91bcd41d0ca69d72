"""Rows like those of a school's server after a month, for the operators' pages.

Run this file in `manage.py shell` while a server is running. Other tests may have used that server
already. The last line of the output is JSON: `tried` is the ID of a generation that two engines
tried. `queued` is the number of queued generations and `hits` the number of cache hits of the last
24 hours, both including the rows of other tests.
"""

import json
import random
import sys
from datetime import timedelta

from django.contrib.auth.models import Group, User
from django.utils import timezone

from sessions_app.models import Attempt, Engine, Generation, WebLLMSession
from sessions_app.services.dashboard import hourly_stats_refresh
from sessions_app.services.result_cache import count_hits, hits_of
from tests.helpers.users import PASSWORD

TOPICS = [
    "Photosynthesis",
    "The French Revolution",
    "Quadratic equations",
    "Cell biology",
    "Tides",
    "Irregular verbs",
    "Ohm's law",
]
# The speeds and cards below are invented, so no real model is named.
MODELS = ["example-small", "example-medium", "example-large"]
SPEEDS = dict(zip(MODELS, (31.0, 22.5, 14.0), strict=True))
FAILURES = ["engine_lost", "no_valid_cards", "no_engine"]

rng = random.Random(7)
now = timezone.now()
queued = Generation.objects.filter(status="queued").count()
hits = sum(hits_of(now - timedelta(hours=hours_ago) for hours_ago in range(24)).values())
operator = User.objects.create_superuser("operator", password=PASSWORD)
support_user = User.objects.create_user("helper", password=PASSWORD, is_staff=True)
support_user.groups.add(Group.objects.get(name="Support"))
users = User.objects.bulk_create(
    User(username=name) for name in ("alice", "bob", "dana", "emil", "farah")
)


def make_session(user, model, hours, status="closed"):
    started_at = now - timedelta(hours=hours)
    ended_at = None if status == "ready" else started_at + timedelta(minutes=40)
    return WebLLMSession.objects.create(
        user=user, model_id=model, status=status, created_at=started_at,
        last_activity_at=ended_at or now, closed_at=ended_at,
        close_reason="" if status == "ready" else "closed by its user",
        engine_facts={"engine": "webllm", "device": "WebGPU"},
    )  # fmt: skip


def make_generation(session, started_at, status, seconds, error_code="", **columns):
    first_card_at = (
        started_at + timedelta(seconds=rng.lognormvariate(1, 0.5))
        if status == "succeeded"
        else None
    )
    tokens = round(seconds * SPEEDS[session.model_id] * rng.uniform(0.85, 1.1))
    row = Generation.objects.create(
        session=session, user=session.user, kind="flashcards", prompt="Generate 6 flashcards",
        prompt_version="4",
        options={"count": 6, "topic": rng.choice(TOPICS)}, result_key=str(started_at),
        status=status, error_code=error_code,
        created_at=started_at, queued_at=started_at, first_card_at=first_card_at,
        finished_at=started_at + timedelta(seconds=seconds), engine_name="webllm",
        attempt_count=1, usage={"completionTokens": tokens, "seconds": seconds},
        cards=[{"front": "What is it?", "back": "This."}] * 6 if first_card_at else [], **columns,
    )  # fmt: skip
    outcome = {
        "generation": row,
        "outcome": error_code or status,
        "card_count": len(row.cards),
        "engine_name": "webllm",
        "engine": "c",
    }
    Attempt.objects.create(number=1, started_at=started_at, ended_at=row.finished_at, **outcome)
    return row


for _ in range(70):
    hours = rng.choice((rng.uniform(1, 24), rng.uniform(1, 24 * 30)))
    session = make_session(rng.choice(users), rng.choice(MODELS), hours)
    for number in range(rng.randint(2, 6)):
        failed = rng.random() < 0.12
        error_code = rng.choice(FAILURES) if failed else ""
        make_generation(
            session,
            session.created_at + timedelta(minutes=4 * number),
            "failed" if failed else "succeeded",
            rng.uniform(4, 22),
            error_code,
        )

for user, name, speed, guide in (
    (users[0], "webllm", 24.2, False),
    (users[1], "wllama", 11.7, True),
    (users[2], "webllm", 0, False),
):
    session = make_session(user, MODELS[1], 0.2, "ready")
    channel = f"specific.{name}.{user}"
    Engine.objects.create(
        channel=channel,
        session=session,
        user=user,
        model_id=session.model_id,
        name=name,
        is_guide=guide,
        speed=speed,
    )
    Generation.objects.create(
        session=session,
        user=user,
        kind="flashcards",
        prompt="p",
        prompt_version="4",
        result_key="k",
        options={"count": 6, "topic": "Tides"},
    )

retried = (
    Generation.objects.filter(user__in=users, status="succeeded").order_by("-created_at").first()
)
retried.attempts.all().delete()
start = retried.created_at
retried.first_card_at, retried.finished_at, retried.attempt_count = (
    start + timedelta(seconds=41),
    start + timedelta(seconds=52),
    2,
)
retried.save()
lost_attempt = {
    "outcome": "engine_lost",
    "reason": "The engine was not heard of in time.",
    "engine_name": "wllama",
    "engine": "a",
    "card_count": 0,
}
Attempt.objects.create(
    generation=retried,
    number=1,
    started_at=start + timedelta(seconds=3),
    ended_at=start + timedelta(seconds=30),
    **lost_attempt,
)
successful_attempt = {
    "outcome": "succeeded",
    "engine_name": "webllm",
    "engine": "b",
    "card_count": 6,
}
Attempt.objects.create(
    generation=retried,
    number=2,
    started_at=start + timedelta(seconds=36),
    ended_at=start + timedelta(seconds=52),
    **successful_attempt,
)
for hours in (0, 0, 0, 1, 1, 2):
    count_hits(1, now=now - timedelta(hours=hours))
hourly_stats_refresh(now=now)
sys.stdout.write(
    json.dumps({"tried": str(retried.pk), "queued": queued + 3, "hits": hits + 6}) + "\n"
)

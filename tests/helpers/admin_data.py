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

chance = random.Random(7)
now = timezone.now()
queued = Generation.objects.filter(status="queued").count()
hits = sum(hits_of(now - timedelta(hours=back) for back in range(24)).values())
operator = User.objects.create_superuser("operator", password="correct horse battery")
helper = User.objects.create_user("helper", password="correct horse battery", is_staff=True)
helper.groups.add(Group.objects.get(name="Support"))
users = User.objects.bulk_create(
    User(username=name) for name in ("alice", "bob", "dana", "emil", "farah")
)


def session(user, model, hours, status="closed"):
    began = now - timedelta(hours=hours)
    ended = None if status == "ready" else began + timedelta(minutes=40)
    return WebLLMSession.objects.create(
        user=user, model_id=model, status=status, created_at=began, last_activity_at=ended or now,
        closed_at=ended,
        close_reason="" if status == "ready" else "closed by its user",
        engine_facts={"engine": "webllm", "device": "WebGPU"},
    )  # fmt: skip


def generation(of, began, status, seconds, code="", **columns):
    first = (
        began + timedelta(seconds=chance.lognormvariate(1, 0.5)) if status == "succeeded" else None
    )
    tokens = round(seconds * SPEEDS[of.model_id] * chance.uniform(0.85, 1.1))
    made = Generation.objects.create(
        session=of, user=of.user, kind="flashcards", prompt="Generate 6 flashcards",
        prompt_version="4",
        options={"count": 6, "topic": chance.choice(TOPICS)}, result_key=str(began), status=status,
        error_code=code,
        created_at=began, queued_at=began, first_card_at=first,
        finished_at=began + timedelta(seconds=seconds), engine_name="webllm",
        attempt_count=1, usage={"completionTokens": tokens, "seconds": seconds},
        cards=[{"front": "What is it?", "back": "This."}] * 6 if first else [], **columns,
    )  # fmt: skip
    outcome = {
        "generation": made,
        "outcome": code or status,
        "card_count": len(made.cards),
        "engine_name": "webllm",
        "engine": "c",
    }
    Attempt.objects.create(number=1, started_at=began, ended_at=made.finished_at, **outcome)
    return made


for _ in range(70):
    hours = chance.choice((chance.uniform(1, 24), chance.uniform(1, 24 * 30)))
    of = session(chance.choice(users), chance.choice(MODELS), hours)
    for number in range(chance.randint(2, 6)):
        failed = chance.random() < 0.12
        code = chance.choice(FAILURES) if failed else ""
        generation(
            of,
            of.created_at + timedelta(minutes=4 * number),
            "failed" if failed else "succeeded",
            chance.uniform(4, 22),
            code,
        )

for user, name, speed, guide in (
    (users[0], "webllm", 24.2, False),
    (users[1], "wllama", 11.7, True),
    (users[2], "webllm", 0, False),
):
    of = session(user, MODELS[1], 0.2, "ready")
    channel = f"specific.{name}.{user}"
    Engine.objects.create(
        channel=channel,
        session=of,
        user=user,
        model_id=of.model_id,
        name=name,
        is_guide=guide,
        speed=speed,
    )
    Generation.objects.create(
        session=of,
        user=user,
        kind="flashcards",
        prompt="p",
        prompt_version="4",
        result_key="k",
        options={"count": 6, "topic": "Tides"},
    )

tried = (
    Generation.objects.filter(user__in=users, status="succeeded").order_by("-created_at").first()
)
tried.attempts.all().delete()
start = tried.created_at
tried.first_card_at, tried.finished_at, tried.attempt_count = (
    start + timedelta(seconds=41),
    start + timedelta(seconds=52),
    2,
)
tried.save()
lost = {
    "outcome": "engine_lost",
    "reason": "The engine was not heard of in time.",
    "engine_name": "wllama",
    "engine": "a",
    "card_count": 0,
}
Attempt.objects.create(
    generation=tried,
    number=1,
    started_at=start + timedelta(seconds=3),
    ended_at=start + timedelta(seconds=30),
    **lost,
)
won = {"outcome": "succeeded", "engine_name": "webllm", "engine": "b", "card_count": 6}
Attempt.objects.create(
    generation=tried,
    number=2,
    started_at=start + timedelta(seconds=36),
    ended_at=start + timedelta(seconds=52),
    **won,
)
for hours in (0, 0, 0, 1, 1, 2):
    count_hits(1, now=now - timedelta(hours=hours))
hourly_stats_refresh(now=now)
sys.stdout.write(
    json.dumps({"tried": str(tried.pk), "queued": queued + 3, "hits": hits + 6}) + "\n"
)

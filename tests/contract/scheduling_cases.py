"""Review histories of cards that the server and the browser must schedule in the same way.

Run `python -m tests.contract.scheduling_cases` to regenerate them. A case consists of the time
zone and first hour of study days, the desired retention, a start time and steps. A step consists of
a rating, the minutes since the previous step and the resulting schedule.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flashcards.scheduling import Plan, Rating, StudyDays, interval, parameters, rate

PATH = Path(__file__).with_name("scheduling_cases.json")
ZONES = ["UTC", "Europe/Vienna", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
WAITS = [1, 6, 10, 600, 1440, 3000, 10_000, 40_000, 200_000]
CASE_COUNT = 60


def build_cases() -> dict[str, Any]:
    """Return the parameters that all cases share, and the cases."""
    rng = random.Random(1)  # a fixed seed gives the same cases each time
    scheduling = parameters(Plan(0.9, StudyDays(ZoneInfo("UTC"), 0)))
    return {"scheduling": scheduling, "cases": [_build_case(rng) for _ in range(CASE_COUNT)]}


def _build_case(rng: random.Random) -> dict[str, Any]:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(525_600))
    days = {"zone": rng.choice(ZONES), "hour": rng.choice([0, 3, 4, 12])}
    plan = Plan(rng.choice([0.8, 0.9, 0.95]), StudyDays(ZoneInfo(days["zone"]), days["hour"]))
    ratings = [(rng.choice(list(Rating)), rng.choice(WAITS)) for _ in range(rng.randint(3, 10))]
    return {
        **days,
        "desiredRetention": plan.desired_retention,
        "start": start.isoformat(),
        "steps": list(_build_steps(ratings, start, plan)),
    }


def _build_steps(
    ratings: list[tuple[Rating, int]], start: datetime, plan: Plan
) -> Iterator[dict[str, Any]]:
    schedule, now = None, start
    for rating, minutes in ratings:
        now += timedelta(minutes=minutes)
        schedule = rate(schedule, rating, now, plan)
        yield {
            "rating": rating.name.lower(),
            "minutes": minutes,
            "state": schedule.state,
            "step": schedule.step,
            "stability": round(schedule.stability, 5),
            "difficulty": round(schedule.difficulty, 5),
            "dueAt": schedule.due_at.isoformat(),
            "intervalSeconds": interval(schedule, plan).total_seconds(),
        }


if __name__ == "__main__":
    PATH.write_text(json.dumps(build_cases(), indent=1) + "\n")

"""The statistics behind the operators' charts.

Each hour has one row, which is recomputed while the hour can still change. `current_stats` returns
the current state.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import log
from typing import Any

from django.db.models import Count, Exists, F, FloatField, Min, OuterRef, Q, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Extract, Floor, Greatest, Least, Ln, TruncHour

from sessions_app.models import Engine, Generation, GenerationStatus, HourlyStats, WebLLMSession
from sessions_app.services.result_cache import COUNTED, hits_of

HOUR = timedelta(hours=1)
LOWEST, RATIO, LAST = 0.05, 1.1, 110  # from 50 ms to half an hour; a percentile is at most 5% off
Buckets = Mapping[str, int]


CHANGING = 3 * HOUR  # the longest time that a generation is usually open
KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Span:
    """The range of a chart: the number of its steps, and the length of each."""

    steps: int
    step: timedelta


SPANS = {"24h": Span(24, HOUR), "7d": Span(28, 6 * HOUR), "30d": Span(30, 24 * HOUR)}


def hourly_stats_refresh(*, now: datetime) -> int:
    """Recompute the hours that may have changed, and return how many were written.

    The first run computes every hour that is kept. Rows older than KEPT are deleted.
    """
    newest = HourlyStats.objects.order_by("-hour").values_list("hour", flat=True).first()
    since = max(_hour(now - KEPT), newest - CHANGING) if newest else _hour(now - KEPT)
    counted = _counted(
        Generation.objects.filter(created_at__gte=since)
        .order_by()
        .annotate(hour=TruncHour("created_at", tzinfo=UTC))
    )
    for hour, hits in _hits(since, now):
        counted[hour]["hits"] = max(counted[hour]["hits"], hits)
    rows = [HourlyStats(hour=hour, figures=figures) for hour, figures in counted.items()]
    HourlyStats.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["hour"], update_fields=["figures"]
    )
    HourlyStats.objects.filter(hour__lt=now - KEPT).delete()
    return len(rows)


def dashboard_read(*, span: Span, now: datetime) -> list[dict[str, Any]]:
    """Return the statistics of each step in the span, oldest first.

    Each one is `{at, outcomes, failures, firstCard: {count, median, p95}, speeds, hits}`. Times are
    in seconds, and speeds are in tokens per second by model.
    """
    last = _hour(now) + HOUR
    first = last - span.steps * span.step
    rows = list(HourlyStats.objects.filter(hour__gte=first, hour__lt=last).order_by("hour"))
    steps = [first + number * span.step for number in range(span.steps)]
    return [
        _point(at, [row.figures for row in rows if at <= row.hour < at + span.step]) for at in steps
    ]


def _counted(rows: Any) -> defaultdict[datetime, dict[str, Any]]:
    hours: defaultdict[datetime, dict[str, Any]] = defaultdict(
        lambda: {"outcomes": {}, "failures": {}, "first_card": {}, "models": {}, "hits": 0}
    )
    for hour, status, count in rows.values_list("hour", "status").annotate(count=Count("pk")):
        hours[hour]["outcomes"][status] = count
    for hour, code, count in (
        rows.filter(status="failed").values_list("hour", "error_code").annotate(count=Count("pk"))
    ):
        hours[hour]["failures"][code] = count
    for hour, bucket, count in _first_cards(rows):
        hours[hour]["first_card"][str(int(bucket))] = count
    for hour, model, tokens, seconds in _spent(rows):
        hours[hour]["models"][model] = [tokens, seconds]
    return hours


def _hits(since: datetime, now: datetime) -> Iterator[tuple[datetime, int]]:
    """Yield the cache hits of each hour, as Redis counts them and as the rows record them.

    Redis may be unavailable or may have lost its counts. Hits only grow, so the caller uses the
    larger number.
    """
    first = max(since, _hour(now) - COUNTED)
    hours = [first + number * HOUR for number in range(int((now - first) / HOUR) + 1)]
    yield from hits_of(hours).items()
    yield from HourlyStats.objects.filter(hour__gte=since, figures__hits__gt=0).values_list(
        "hour", "figures__hits"
    )


def _first_cards(rows: Any) -> Any:
    waited = Greatest(
        Cast(Extract(F("first_card_at") - F("created_at"), "epoch"), FloatField()), LOWEST
    )
    bucket = Least(Floor((Ln(waited) - log(LOWEST)) / log(RATIO)), float(LAST))
    return (
        rows.filter(first_card_at__isnull=False)
        .values_list("hour", bucket)
        .annotate(count=Count("pk"))
    )


def _spent(rows: Any) -> Any:
    tokens, seconds = (
        Sum(Cast(KT(f"usage__{name}"), FloatField())) for name in ("completionTokens", "seconds")
    )
    measured = rows.filter(usage__has_keys=["completionTokens", "seconds"])
    return measured.values_list("hour", "session__model_id").annotate(
        tokens=tokens, seconds=seconds
    )


def _point(at: datetime, hours: list[dict[str, Any]]) -> dict[str, Any]:
    first_card = added(hour["first_card"] for hour in hours)
    return {
        "at": at.astimezone(UTC).isoformat(),
        "outcomes": added(hour["outcomes"] for hour in hours),
        "failures": added(hour["failures"] for hour in hours),
        "firstCard": {
            "count": first_card.total(),
            "median": percentile(first_card, 0.5),
            "p95": percentile(first_card, 0.95),
        },
        "speeds": _speeds(hours),
        "hits": sum(hour["hits"] for hour in hours),
    }


def _speeds(hours: list[dict[str, Any]]) -> dict[str, float]:
    tokens: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for hour in hours:
        for model, (written, taken) in hour["models"].items():
            tokens[model] += written
            seconds[model] += taken
    return {model: round(tokens[model] / seconds[model], 2) for model in tokens if seconds[model]}


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def added(many: Iterable[Buckets]) -> Counter[str]:
    """Return the sum of all buckets."""
    total: Counter[str] = Counter()
    for buckets in many:
        total.update(buckets)
    return total


def percentile(buckets: Buckets, share: float) -> float | None:
    """Return the percentile of the durations in seconds, or None if the buckets are empty.

    `share` is between 0 and 1.
    """
    rest = share * sum(buckets.values())
    for bucket in sorted(buckets, key=int):
        rest -= buckets[bucket]
        if rest <= 0:
            return round(float(LOWEST * RATIO ** (int(bucket) + 0.5)), 3)
    return None


def current_stats(*, now: datetime) -> dict[str, Any]:
    """Return `{openSessions, engines, enginesAtWork, queued, leased, oldestSeconds}`.

    `engines` counts the engines that are present by heartbeat. `oldestSeconds` is how long the
    oldest queued generation has waited, and is null if no generation is queued.
    """
    at_work = Generation.objects.filter(status=GenerationStatus.LEASED, engine=OuterRef("channel"))
    engines = Engine.objects.present(now).annotate(is_at_work=Exists(at_work))
    present = engines.aggregate(all=Count("pk"), at_work=Count("pk", filter=Q(is_at_work=True)))
    queue = Generation.objects.filter(status=GenerationStatus.QUEUED).aggregate(
        count=Count("pk"), oldest=Min("queued_at")
    )
    return {
        "openSessions": WebLLMSession.objects.alive(now).count(),
        "engines": present["all"],
        "enginesAtWork": present["at_work"],
        "queued": queue["count"],
        "leased": Generation.objects.filter(status=GenerationStatus.LEASED).count(),
        "oldestSeconds": queue["oldest"] and max(0, round((now - queue["oldest"]).total_seconds())),
    }

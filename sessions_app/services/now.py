"""How it stands at this moment, for operators: counts that stand in small indexes, cheap to ask every few seconds."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q

from sessions_app.models import Engine, Generation, GenerationStatus, WebLLMSession


def standing(*, now: datetime) -> dict[str, Any]:
    """`{openSessions, engines, enginesAtWork, queued, leased, oldestSeconds}`: engines are those present by heartbeat, `oldestSeconds`
    how long the oldest of the queue has waited, null when nothing waits."""
    at_work = Generation.objects.filter(status=GenerationStatus.LEASED, engine=OuterRef("channel"))
    engines = Engine.objects.present(now).annotate(is_at_work=Exists(at_work))
    present = engines.aggregate(all=Count("pk"), at_work=Count("pk", filter=Q(is_at_work=True)))
    queue = Generation.objects.filter(status=GenerationStatus.QUEUED).aggregate(count=Count("pk"), oldest=Min("queued_at"))
    return {
        "openSessions": WebLLMSession.objects.alive(now).count(),
        "engines": present["all"],
        "enginesAtWork": present["at_work"],
        "queued": queue["count"],
        "leased": Generation.objects.filter(status=GenerationStatus.LEASED).count(),
        "oldestSeconds": queue["oldest"] and max(0, round((now - queue["oldest"]).total_seconds())),
    }

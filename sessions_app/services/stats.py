"""Totals for operators."""

from datetime import datetime
from typing import Any

from django.db.models import Count

from sessions_app.models import Generation, GenerationStatus, SessionStatus, WebLLMSession


def session_stats(*, now: datetime) -> dict[str, Any]:
    """`{sessions: {total, byStatus}, generations: {total, byStatus}}`, every status named, zeros included."""
    return {
        "sessions": _by_status(WebLLMSession.objects.as_of(now), "status_now", SessionStatus.values),
        "generations": _by_status(Generation.objects.all(), "status", GenerationStatus.values),
    }


def _by_status(rows: Any, column: str, statuses: list[str]) -> dict[str, Any]:
    counted = dict(rows.order_by().values_list(column).annotate(count=Count("pk")))
    return {"total": sum(counted.values()), "byStatus": {status: counted.get(status, 0) for status in statuses}}

"""What the first page of the admin shows, as JSON for its charts: counts and times, never what anybody wrote."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from sessions_app.services.figures import SPANS, figures_read
from sessions_app.services.now import standing

may_look = permission_required("sessions_app.view_generation", raise_exception=True)
PRIVATE = {"Cache-Control": "private, no-store"}


@may_look
def now_view(request: HttpRequest, **context: Any) -> JsonResponse:
    """How it stands at this moment."""
    return JsonResponse(standing(now=timezone.now()), headers=PRIVATE)


@may_look
def figures_view(request: HttpRequest, **context: Any) -> JsonResponse:
    """`?span=24h|7d|30d`: the figures of that time, step by step."""
    span = SPANS.get(request.GET.get("span", "24h"))
    if span is None:
        return JsonResponse({"detail": f"Give span as one of {', '.join(SPANS)}.", "code": "unknown_span"}, status=400)
    return JsonResponse({"points": figures_read(span=span, now=timezone.now())}, headers=PRIVATE)

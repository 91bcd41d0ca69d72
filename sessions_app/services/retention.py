"""What is kept for a set time and then goes: ended sessions, what was written in them, tokens, sign-ins, the log of the admin.

Each function may run twice, late or not to its end: the next run goes on. docs/data.md says what is kept for how long.
"""

from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import JSONObject

from sessions_app.models import Generation, WebLLMSession
from sessions_app.services.batches import lots, oldest_delete, rows_delete

SESSIONS_AT_ONCE = 100
BLANK = JSONObject(count=F("options__count"), topic=Value(""))


def sessions_delete_old(*, now: datetime, at_once: int = SESSIONS_AT_ONCE) -> int:
    """Delete sessions that ended more than SESSION_KEPT_DAYS ago, with their generations; how many sessions."""
    old = WebLLMSession.objects.filter(closed_at__lt=now - timedelta(days=settings.SESSION_KEPT_DAYS))
    deleted = 0
    for ids in lots(old, at_once, settings.DELETE_SECONDS):
        rows_delete(Generation.objects.filter(session__in=ids))  # one session may have very many
        deleted += rows_delete(WebLLMSession.objects.filter(pk__in=ids))
    return deleted


def texts_blank_old(*, now: datetime, at_once: int = SESSIONS_AT_ONCE) -> int:
    """Blank what was written and made in sessions that ended more than PROMPT_DAYS ago: prompts, topics, notes, cards. Times,
    outcomes, numbers stay as long as the session. How many sessions."""
    if settings.PROMPT_DAYS >= settings.SESSION_KEPT_DAYS:
        return 0
    old = WebLLMSession.objects.filter(closed_at__lt=now - timedelta(days=settings.PROMPT_DAYS), is_blanked=False)
    return sum(_blank(ids) for ids in lots(old, at_once, settings.DELETE_SECONDS))


@transaction.atomic
def _blank(ids: list[Any]) -> int:
    Generation.objects.filter(session__in=ids).update(prompt="", cards=[], options=BLANK)
    return WebLLMSession.objects.filter(pk__in=ids).update(is_blanked=True)


def tokens_delete_expired(*, now: datetime) -> int:
    """Delete refresh tokens that can no longer be used by their date; how many."""
    return oldest_delete(apps.get_model("token_blacklist", "OutstandingToken"), Q(expires_at__lte=now), settings.DELETE_SECONDS)


def logins_delete_expired(*, now: datetime) -> int:
    """Delete what browsers were signed in with and are no longer; how many."""
    return rows_delete(apps.get_model("sessions", "Session").objects.filter(expire_date__lte=now), seconds=settings.DELETE_SECONDS)


def audit_delete_old(*, now: datetime) -> int:
    """Delete entries of the admin's log that are older than AUDIT_DAYS; how many."""
    past = Q(action_time__lt=now - timedelta(days=settings.AUDIT_DAYS))
    return oldest_delete(apps.get_model("admin", "LogEntry"), past, settings.DELETE_SECONDS)


def attempts_delete_old(*, now: datetime) -> int:
    """Delete failed sign-ins that are older than ATTEMPT_DAYS and lock nobody out any more; how many."""
    past = Q(attempt_time__lt=now - max(timedelta(days=settings.ATTEMPT_DAYS), settings.AXES_COOLOFF_TIME))
    return oldest_delete(apps.get_model("axes", "AccessAttempt"), past, settings.DELETE_SECONDS)

"""Deletion of data that has reached its retention time.

This covers ended sessions, their text, tokens, sign-ins, and the admin's log. docs/data.md lists
the times.

Each function may run twice, late, or only in part, because the next run continues. Rows are deleted
in batches, each in its own transaction, so that no lock is held for long.
"""

import math
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import F, Model, Q, QuerySet, Value
from django.db.models.functions import JSONObject

from sessions_app.models import Generation, WebLLMSession

SESSION_BATCH = 100
BLANK = JSONObject(count=F("options__count"), topic=Value(""))
BATCH_SIZE = 1_000


def sessions_delete_old(*, now: datetime, at_once: int = SESSION_BATCH) -> int:
    """Delete sessions that ended more than SESSION_RETENTION_DAYS ago.

    Their generations are deleted with them. Return how many sessions were deleted.
    """
    old = WebLLMSession.objects.filter(
        closed_at__lt=now - timedelta(days=settings.SESSION_RETENTION_DAYS)
    )
    deleted = 0
    for ids in batches(old, at_once, settings.CLEANUP_TIME_LIMIT):
        delete_in_batches(
            Generation.objects.filter(session__in=ids)
        )  # a session may have a large number
        deleted += delete_in_batches(WebLLMSession.objects.filter(pk__in=ids))
    return deleted


def texts_blank_old(*, now: datetime, at_once: int = SESSION_BATCH) -> int:
    """Blank the text of sessions that ended more than PROMPT_RETENTION_DAYS ago.

    This covers prompts, topics, notes and cards. Times, outcomes and counts are kept as long as the
    session. Return how many sessions were blanked.
    """
    if settings.PROMPT_RETENTION_DAYS >= settings.SESSION_RETENTION_DAYS:
        return 0
    old = WebLLMSession.objects.filter(
        closed_at__lt=now - timedelta(days=settings.PROMPT_RETENTION_DAYS), is_blanked=False
    )
    return sum(_blank(ids) for ids in batches(old, at_once, settings.CLEANUP_TIME_LIMIT))


@transaction.atomic
def _blank(ids: list[Any]) -> int:
    Generation.objects.filter(session__in=ids).update(prompt="", cards=[], options=BLANK)
    return WebLLMSession.objects.filter(pk__in=ids).update(is_blanked=True)


def tokens_delete_expired(*, now: datetime) -> int:
    """Delete expired refresh tokens, and return how many there were."""
    return delete_oldest(
        apps.get_model("token_blacklist", "OutstandingToken"),
        Q(expires_at__lte=now),
        settings.CLEANUP_TIME_LIMIT,
    )


def logins_delete_expired(*, now: datetime) -> int:
    """Delete expired sign-ins of browsers, and return how many there were."""
    return delete_in_batches(
        apps.get_model("sessions", "Session").objects.filter(expire_date__lte=now),
        seconds=settings.CLEANUP_TIME_LIMIT,
    )


def audit_delete_old(*, now: datetime) -> int:
    """Delete entries of the admin's log that are older than AUDIT_LOG_RETENTION_DAYS.

    Return how many were deleted.
    """
    past = Q(action_time__lt=now - timedelta(days=settings.AUDIT_LOG_RETENTION_DAYS))
    return delete_oldest(apps.get_model("admin", "LogEntry"), past, settings.CLEANUP_TIME_LIMIT)


def attempts_delete_old(*, now: datetime) -> int:
    """Delete failed sign-ins that are too old to lock anyone out.

    They must also be older than FAILED_SIGN_IN_RETENTION_DAYS. Return how many were deleted.
    """
    past = Q(
        attempt_time__lt=now
        - max(timedelta(days=settings.FAILED_SIGN_IN_RETENTION_DAYS), settings.AXES_COOLOFF_TIME)
    )
    return delete_oldest(apps.get_model("axes", "AccessAttempt"), past, settings.CLEANUP_TIME_LIMIT)


def batches(
    rows: QuerySet[Any], at_once: int = BATCH_SIZE, seconds: float = math.inf
) -> Iterator[list[Any]]:
    """Yield the keys of `rows`, at most `at_once` at a time, for about `seconds`.

    The caller must ensure that the rows of a batch no longer match `rows` before it requests the
    next batch.
    """
    began = time.monotonic()
    while ids := list(rows.order_by().values_list("pk", flat=True)[:at_once]):
        yield ids
        if time.monotonic() - began >= seconds:
            return


def delete_in_batches(
    rows: QuerySet[Any], at_once: int = BATCH_SIZE, seconds: float = math.inf
) -> int:
    """Delete `rows` and dependent rows, and return how many of `rows` were deleted.

    Rows that no longer match when it is their turn are left alone.
    """
    return sum(_delete(rows, ids) for ids in batches(rows, at_once, seconds))


def delete_oldest(model: type[Model], past: Q, seconds: float = math.inf) -> int:
    """Delete rows in batches from a table that grows in time order and has no index on time.

    Start at the first row and stop at the first batch with a row that is not `past`, or after about
    `seconds`. Return how many rows were deleted.
    """
    began, deleted = time.monotonic(), 0
    while ids := list(
        model._default_manager.order_by("pk").values_list("pk", flat=True)[:BATCH_SIZE]
    ):
        count = _delete(model._default_manager.filter(past), ids)
        deleted += count
        if count < len(ids) or time.monotonic() - began >= seconds:
            break
    return deleted


def iterate_in_batches(rows: QuerySet[Any], at_once: int = BATCH_SIZE) -> Iterator[Any]:
    """Yield all of `rows` in the order of their keys, with `at_once` in memory.

    Each batch is a separate query, so no connection is held between batches.
    """
    batch = list(rows.order_by("pk")[:at_once])
    while batch:
        yield from batch
        batch = list(rows.order_by("pk").filter(pk__gt=batch[-1].pk)[:at_once])


@transaction.atomic
def _delete(rows: QuerySet[Any], ids: list[Any]) -> int:
    locked = list(
        rows.filter(pk__in=ids)
        .order_by("pk")
        .select_for_update(of=("self",))
        .values_list("pk", flat=True)
    )
    rows.model._default_manager.filter(pk__in=locked).delete()
    return len(locked)

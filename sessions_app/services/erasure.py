"""The deletion of accounts.

The account is disabled immediately, and its rows are deleted in batches. A periodic task finishes
incomplete deletions.

Every step can be repeated, run twice at the same time, and resumed after an interruption.
"""

import logging
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, gettext_noop
from redis.exceptions import RedisError

from sessions_app.exceptions import Conflict
from sessions_app.models import ALIVE, AccountDeletion, WebLLMSession
from sessions_app.services.personal_data import registered
from sessions_app.services.retention import batches
from sessions_app.services.sessions import EndReason, sessions_close

log = logging.getLogger(__name__)
BATCH_SIZE = 500
REQUEST_SECONDS = 2.0  # the periodic task deletes the rest
UNUSED_BATCH = 100
CLOSED = EndReason(
    gettext_noop("closed because its account was deleted"),
    gettext_noop("The session was closed because its account was deleted."),
)


def account_erase(*, user: User, now: datetime) -> bool:
    """Disable the account, and delete all its data.

    Disabling it ends its tokens, tickets and sockets. Return True if everything was deleted, and
    False if `deletions_finish` must delete the rest. This cannot be undone. Raise Conflict
    (`last_admin`) if the user is the last admin.
    """
    erasure = deletion_begin(user=user, now=now)
    try:
        return deletion_finish(erasure=erasure, now=now, seconds=REQUEST_SECONDS)
    except RedisError as error:
        log.warning("An account is erased later, because its cached results cannot be: %s", error)
        return False


@transaction.atomic
def deletion_begin(*, user: User, now: datetime) -> AccountDeletion:
    """Disable the account, and return the record of its deletion.

    Raise Conflict (`last_admin`) if the user is the last admin.
    """
    _check_last_admin(user)
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    erasure, _ = AccountDeletion.objects.get_or_create(user=user, defaults={"asked_at": now})
    return erasure


def deletion_finish(*, erasure: AccountDeletion, now: datetime, seconds: float) -> bool:
    """Continue a deletion for about `seconds`, and return True if nothing is left.

    Raise RedisError if the cached results cannot be purged.
    """
    user = User.objects.filter(deletion=erasure).first()
    if user is None:
        return True
    alive = WebLLMSession.objects.of(user).filter(status__in=ALIVE)
    sessions_close(session_ids=list(alive.values_list("pk", flat=True)), reason=CLOSED, now=now)
    for data in registered():
        data.forget(user)
    if not _delete_rows(user.pk, seconds):
        return False
    _end(erasure, user, now)
    return True


def deletions_finish(*, now: datetime) -> int:
    """Continue all unfinished deletions, and return how many accounts were deleted.

    The time limit is CLEANUP_TIME_LIMIT seconds in total, but each deletion removes at least one
    batch. An account that cannot be deleted does not hold up the others.
    """
    ends_at = time.monotonic() + settings.CLEANUP_TIME_LIMIT
    begun = AccountDeletion.objects.filter(finished_at=None).order_by("asked_at")
    return sum(_continue(erasure, now, ends_at - time.monotonic()) for erasure in begun)


def accounts_delete_unused(*, now: datetime) -> int:
    """Start the deletion of unused accounts, and return how many were started.

    An account is unused if it has had no activity for INACTIVE_ACCOUNT_DAYS. Accounts of staff are
    never chosen. If the setting is 0, no accounts are.
    """
    if not settings.INACTIVE_ACCOUNT_DAYS:
        return 0
    unused = User.objects.exclude(_used_since(now - timedelta(days=settings.INACTIVE_ACCOUNT_DAYS)))
    chosen = unused.order_by("pk").values_list("pk", flat=True)[:UNUSED_BATCH]
    return sum(_begin_unless_used(unused, user_id, now) for user_id in chosen)


def _used_since(since: datetime) -> Q:
    """Return a Q object for users that must not be deleted as unused."""
    used = Q(is_staff=True) | Q(is_superuser=True) | Q(deletion__isnull=False)
    for data in registered():
        used |= data.used_since(since)
    return used


@transaction.atomic
def _begin_unless_used(unused: QuerySet[User], user_id: int, now: datetime) -> bool:
    """Start the deletion of an account, unless it has just been used.

    The condition is checked again after the row is locked. Return whether the deletion was started.
    """
    user = unused.select_for_update(of=("self",), no_key=True).filter(pk=user_id).first()
    if user:
        deletion_begin(user=user, now=now)
    return user is not None


def _continue(erasure: AccountDeletion, now: datetime, seconds: float) -> bool:
    try:
        return deletion_finish(erasure=erasure, now=now, seconds=seconds)
    except Exception:
        log.exception("An account is not erased yet")
        return False


def _check_last_admin(user: User) -> None:
    """Raise Conflict if the user is the last active admin.

    All admins are locked, so that the second of two concurrent deletions is refused.
    """
    if not user.is_superuser:
        return
    admins = (
        User.objects.filter(is_superuser=True, is_active=True)
        .order_by("pk")
        .select_for_update(no_key=True)
    )
    if all(admin.pk == user.pk for admin in admins):
        raise Conflict(
            gettext("You are the only admin of this server: make somebody else one first."),
            code="last_admin",
        )


def _delete_rows(user_id: int, seconds: float) -> bool:
    """Delete rows in batches, and return False if the time ran out first."""
    ends_at = time.monotonic() + seconds
    for rows in (rows for data in reversed(registered()) for rows in data.rows(user_id)):
        for ids in batches(rows, BATCH_SIZE, ends_at - time.monotonic()):
            _delete(rows, ids)
        if time.monotonic() > ends_at and rows.exists():
            return False
    return True


@transaction.atomic
def _delete(rows: QuerySet[Any], ids: list[Any]) -> None:
    _log_of(rows.model, ids).delete()
    rows.model._default_manager.filter(pk__in=ids).delete()


@transaction.atomic
def _end(erasure: AccountDeletion, user: User, now: datetime) -> None:
    _log_of(User, [user.pk]).delete()
    user.delete()
    AccountDeletion.objects.filter(pk=erasure.pk, finished_at=None).update(finished_at=now)
    log.info("An account was erased")


def _log_of(model: Any, ids: Iterable[Any]) -> QuerySet[Any]:
    """Return the entries about these rows in the admin's log, which contain their names."""
    kind = ContentType.objects.get_for_model(model)
    entries: QuerySet[Any] = apps.get_model("admin", "LogEntry")._default_manager.filter(
        content_type=kind
    )
    return entries.filter(object_id__in=[str(pk) for pk in ids])

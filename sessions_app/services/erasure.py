"""The end of an account: at once for whoever holds it, row by row behind.

What is begun is finished, by the clock if need be.

All steps may be done twice, by two at once, and after a stop in the middle.
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
from redis.exceptions import RedisError

from sessions_app.exceptions import Conflict
from sessions_app.models import ALIVE, AccountDeletion, WebLLMSession
from sessions_app.services.personal_data import registered
from sessions_app.services.retention import batches
from sessions_app.services.sessions import sessions_close

log = logging.getLogger(__name__)
BATCH_SIZE = 500
REQUEST_SECONDS = 2.0  # what is left then goes by the clock
UNUSED_BATCH = 100
CLOSED = "closed because its account was deleted"


def account_erase(*, user: User, now: datetime) -> bool:
    """Disable the account, which ends its tokens, tickets and sockets, and delete all its data.

    Return True when everything is deleted, False when `deletions_finish` must delete the rest. This
    cannot be undone. Raises Conflict (`last_admin`).
    """
    erasure = deletion_begin(user=user, now=now)
    try:
        return deletion_finish(erasure=erasure, now=now, seconds=REQUEST_SECONDS)
    except RedisError as error:
        log.warning("An account is erased later, because its cached results cannot be: %s", error)
        return False


@transaction.atomic
def deletion_begin(*, user: User, now: datetime) -> AccountDeletion:
    """Nobody can use the account from now on."""
    _check_last_admin(user)
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    erasure, _ = AccountDeletion.objects.get_or_create(user=user, defaults={"asked_at": now})
    return erasure


def deletion_finish(*, erasure: AccountDeletion, now: datetime, seconds: float) -> bool:
    """Go on deleting for about so many seconds; True when nothing is left.

    Raises RedisError while the cache cannot be purged.
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
    """Go on with what was begun, for CLEANUP_TIME_LIMIT in all and a lot of each at least; how many
    accounts are gone now. One that cannot be erased keeps no other waiting.
    """
    ends_at = time.monotonic() + settings.CLEANUP_TIME_LIMIT
    begun = AccountDeletion.objects.filter(finished_at=None).order_by("asked_at")
    return sum(_continue(erasure, now, ends_at - time.monotonic()) for erasure in begun)


def accounts_delete_unused(*, now: datetime) -> int:
    """Begin to erase accounts that nobody used for INACTIVE_ACCOUNT_DAYS, those of staff left out;
    0 leaves all. How many.
    """
    if not settings.INACTIVE_ACCOUNT_DAYS:
        return 0
    unused = User.objects.exclude(_used_since(now - timedelta(days=settings.INACTIVE_ACCOUNT_DAYS)))
    chosen = unused.order_by("pk").values_list("pk", flat=True)[:UNUSED_BATCH]
    return sum(_begin_unless_used(unused, user_id, now) for user_id in chosen)


def _used_since(since: datetime) -> Q:
    """Selects users who are to be left alone."""
    used = Q(is_staff=True) | Q(is_superuser=True) | Q(deletion__isnull=False)
    for data in registered():
        used |= data.used_since(since)
    return used


@transaction.atomic
def _begin_unless_used(unused: QuerySet[User], user_id: int, now: datetime) -> bool:
    """Whoever signs in at this very moment uses the account: the row is looked at again once it is
    locked.
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
    """All admins are locked, so that of two who leave at once the second is refused."""
    if not user.is_superuser:
        return
    admins = (
        User.objects.filter(is_superuser=True, is_active=True)
        .order_by("pk")
        .select_for_update(no_key=True)
    )
    if all(admin.pk == user.pk for admin in admins):
        raise Conflict(
            "You are the only admin of this server: make somebody else one first.",
            code="last_admin",
        )


def _delete_rows(user_id: int, seconds: float) -> bool:
    """Delete lot by lot; False when the time was over first."""
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
    """What the admin's log says of these rows: it names them."""
    kind = ContentType.objects.get_for_model(model)
    entries: QuerySet[Any] = apps.get_model("admin", "LogEntry")._default_manager.filter(
        content_type=kind
    )
    return entries.filter(object_id__in=[str(pk) for pk in ids])

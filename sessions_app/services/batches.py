"""Many rows, some at a time: each lot is a transaction of its own, so that nobody waits long for a lock, and a run ends when its time is
over. The next run goes on where this one stopped."""

import math
import time
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Model, Q, QuerySet

AT_ONCE = 1_000


def lots(rows: QuerySet[Any], at_once: int = AT_ONCE, seconds: float = math.inf) -> Iterator[list[Any]]:
    """The keys of `rows`, `at_once` at a time, while there are any and for `seconds`. Whoever takes a lot must see to it that its rows
    are no longer among `rows`."""
    began = time.monotonic()
    while ids := list(rows.order_by().values_list("pk", flat=True)[:at_once]):
        yield ids
        if time.monotonic() - began >= seconds:
            return


def rows_delete(rows: QuerySet[Any], at_once: int = AT_ONCE, seconds: float = math.inf) -> int:
    """Delete them with what hangs on them; how many of `rows` went. What is no longer among them when its turn comes is left alone."""
    return sum(_delete(rows, ids) for ids in lots(rows, at_once, seconds))


def oldest_delete(model: type[Model], past: Q, seconds: float = math.inf) -> int:
    """`rows_delete` for tables that grow in the order of time and have no index on it: from the first row on, up to a lot in which
    anything is not `past`; how many went."""
    began, deleted = time.monotonic(), 0
    while ids := list(model._default_manager.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        gone = _delete(model._default_manager.filter(past), ids)
        deleted += gone
        if gone < len(ids) or time.monotonic() - began >= seconds:
            break
    return deleted


def read_through(rows: QuerySet[Any], at_once: int = AT_ONCE) -> Iterator[Any]:
    """All of `rows` in the order of their keys, `at_once` in memory. Each lot is a query of its own, so no connection is held between."""
    lot = list(rows.order_by("pk")[:at_once])
    while lot:
        yield from lot
        lot = list(rows.order_by("pk").filter(pk__gt=lot[-1].pk)[:at_once])


@transaction.atomic
def _delete(rows: QuerySet[Any], ids: list[Any]) -> int:
    locked = list(rows.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    rows.model._default_manager.filter(pk__in=locked).delete()
    return len(locked)

"""Taking away what seeding made."""

from collections.abc import Callable

from django.contrib.auth.models import User
from django.db import connection, transaction

from sessions_app.seeding import statements

USERS_AT_ONCE = 20


def unseed(say: Callable[[int], None] = lambda users: None) -> int:
    """Delete the seeded users with all that is theirs, some at a time, each some a transaction of its own; how many users."""
    ids = list(User.objects.filter(username__startswith=statements.PREFIX).values_list("pk", flat=True))
    for begin in range(0, len(ids), USERS_AT_ONCE):
        _remove(ids[begin : begin + USERS_AT_ONCE])
        say(min(begin + USERS_AT_ONCE, len(ids)))
    return len(ids)


@transaction.atomic
def _remove(users: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements.REMOVE, {"users": users})
    User.objects.filter(pk__in=users).delete()  # with whatever else hangs on them

"""Cards that ask the same: all of a user's in one query over their keys, however many decks they
lie in.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from flashcards.models import Card, IgnoredDuplicate
from sessions_app.exceptions import NotFound

SHOWN_PER_GROUP = 12


def duplicate_groups(user: User, deck_id: UUID | None = None) -> QuerySet[Any, Any]:
    """One row for each front that several of the user's cards have: `front_key`, `count`, `backs`;
    those with equal backs first.

    With a deck: only fronts that one of its cards has, the twins lying there or elsewhere. What the
    user keeps is left out.
    """
    cards = Card.objects.of(user)
    if deck_id is not None:
        cards = cards.filter(
            front_key__in=Card.objects.of(user)
            .filter(deck_id=deck_id)
            .order_by()
            .values("front_key")
        )
    # all of it stands in the index card_keys: no card itself is read
    groups = (
        cards.order_by()
        .values("front_key")
        .annotate(count=Count("front_key"), backs=Count("back_key", distinct=True))
        .filter(count__gt=1)
    )
    remaining = groups.exclude(front_key__in=_kept_keys(user))
    return remaining.annotate(repeats=F("count") - F("backs")).order_by("-repeats", "front_key")


def duplicates_shown(user: User, groups: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the groups, each with its first `cards`, the oldest first, read in one query.

    `is_exact`: some have the same back, too.
    """
    rows = list(groups)
    nth = Window(RowNumber(), partition_by="front_key", order_by=["created_at", "pk"])
    cards = (
        Card.objects.of(user)
        .filter(front_key__in=[row["front_key"] for row in rows])
        .annotate(nth=nth)
        .filter(nth__lte=SHOWN_PER_GROUP)
        .select_related("deck")
        .defer("deck__source")
        .order_by("front_key", "nth")
    )
    by_key = {key: list(group) for key, group in groupby(cards, key=lambda card: card.front_key)}
    return [
        row | {"is_exact": row["backs"] < row["count"], "cards": by_key.get(row["front_key"], [])}
        for row in rows
    ]


def ignore_duplicates(*, user: User, front_key: UUID) -> None:
    """Show these cards as duplicates no more, until another one joins them.

    Raises NotFound when no two cards have this front.
    """
    count = Card.objects.of(user).filter(front_key=front_key).count()
    if count < 2:
        raise NotFound("There are no duplicates with this front any more.")
    IgnoredDuplicate.objects.update_or_create(
        user=user, front_key=front_key, defaults={"count": count}
    )


def _kept_keys(user: User) -> list[UUID]:
    """The fronts that the user keeps, as long as no further card has joined them."""
    ignored = dict(IgnoredDuplicate.objects.of(user).values_list("front_key", "count"))
    if not ignored:
        return []
    cards = (
        Card.objects.of(user)
        .filter(front_key__in=ignored)
        .order_by()
        .values("front_key")
        .annotate(count=Count("pk"))
    )
    return [row["front_key"] for row in cards if row["count"] <= ignored[row["front_key"]]]

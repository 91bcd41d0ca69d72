"""Duplicate cards: cards of one user with the same front.

One query over the keys of the fronts finds them in all decks.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext

from flashcards.models import Card, IgnoredDuplicate
from sessions_app.exceptions import NotFound

SHOWN_PER_GROUP = 12


def duplicate_groups(user: User, deck_id: UUID | None = None) -> QuerySet[Any, Any]:
    """Return a row with `front_key`, `count` and `backs` for each front that several cards have.

    Groups with repeated backs come first. If a deck is given, only the fronts of its cards are
    returned, but their duplicates can be in any deck. Groups that the user keeps are left out.
    """
    cards = Card.objects.of(user)
    if deck_id is not None:
        cards = cards.filter(
            front_key__in=Card.objects.of(user)
            .filter(deck_id=deck_id)
            .order_by()
            .values("front_key")
        )
    # The index `card_keys` contains all of these columns, so the rows of the cards are not read.
    groups = (
        cards.order_by()
        .values("front_key")
        .annotate(count=Count("front_key"), backs=Count("back_key", distinct=True))
        .filter(count__gt=1)
    )
    remaining = groups.exclude(front_key__in=_kept_keys(user))
    return remaining.annotate(repeats=F("count") - F("backs")).order_by("-repeats", "front_key")


def duplicates_shown(user: User, groups: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the groups with up to SHOWN_PER_GROUP `cards` each, oldest first.

    One query reads all of the cards. `is_exact` is whether some cards also have the same back.
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
    """Hide these duplicates until another card with the same front is added.

    Raise NotFound if fewer than two cards have this front.
    """
    count = Card.objects.of(user).filter(front_key=front_key).count()
    if count < 2:
        raise NotFound(gettext("There are no duplicates with this front any more."))
    IgnoredDuplicate.objects.update_or_create(
        user=user, front_key=front_key, defaults={"count": count}
    )


def _kept_keys(user: User) -> list[UUID]:
    """Return the keys of the fronts that the user keeps and to which no card was added since."""
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

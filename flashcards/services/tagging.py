"""Tags on many cards at once, and what takes them off again."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from flashcards.models import Card
from flashcards.services.card_choice import cards_chosen
from flashcards.services.places import decks_touch
from flashcards.services.tags import tags_changed, tags_checked

WRITTEN_AT_ONCE = 500


class TagChange(NamedTuple):
    """Tags to add to these cards and to remove from them, as `cards_tag` takes them."""

    cards: list[UUID]
    add: list[str]
    remove: list[str]


class Tagged(NamedTuple):
    """How many cards changed, and the changes that take it back; tags that were removed come back behind the others."""

    changed: int
    undo: list[TagChange]


@transaction.atomic
def cards_tag(*, user: User, card_ids: Any, add: Any = (), remove: Any = ()) -> Tagged:
    """Add and remove tags on all of the cards. Raises NotFound and Invalid: then none has changed."""
    add, remove = tags_checked(add), tags_checked(remove)
    changed = []
    for card in cards_chosen(user=user, card_ids=card_ids):
        before, card.tags = card.tags, tags_changed(card.tags, add=add, remove=remove)
        if card.tags != before:
            changed.append((card, before))
    Card.objects.bulk_update([card for card, _ in changed], ["tags"], batch_size=WRITTEN_AT_ONCE)
    decks_touch({card.deck_id for card, _ in changed})
    return Tagged(len(changed), _undo(changed))


def _undo(changed: Iterable[tuple[Card, list[str]]]) -> list[TagChange]:
    """One change for all cards that lost and gained the same tags."""
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[UUID]] = defaultdict(list)
    for card, before in changed:
        lost = tuple(tag for tag in before if tag not in card.tags)
        gained = tuple(tag for tag in card.tags if tag not in before)
        alike[lost, gained].append(card.pk)
    return [TagChange(cards, list(lost), list(gained)) for (lost, gained), cards in alike.items()]

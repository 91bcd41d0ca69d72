"""Single cards of a deck: added and edited. Both lock the deck, so that places are given once and changes come one by one."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from flashcards.grounding import grounded
from flashcards.models import Card, CardKind, Deck
from flashcards.parsing import BadCard, draft_card
from flashcards.parsing.drafts import ROLES, name_of
from flashcards.services.card_columns import check_gap, columns_checked, other_members, sentence_usable
from flashcards.services.places import decks_lock, decks_touch, next_position
from sessions_app.exceptions import Invalid, NotFound

NO_CARD = "There is no card with this id."


def card_for_user(*, user: User, card_id: UUID) -> Card:
    """The card in one of the user's decks. Raises NotFound for anybody else's."""
    card = Card.objects.of(user).filter(pk=card_id).first()
    if card is None:
        raise NotFound(NO_CARD)
    return card


@transaction.atomic
def card_add(*, user: User, deck_id: UUID, members: Mapping[str, Any]) -> Card:
    """A new last card out of `members` (front and back, or question and answer; kind, tags, sentence, found; others stay beside them).

    Raises NotFound, Invalid, and Conflict (`deck_full`).
    """
    draft, columns = _checked(members), columns_checked(members)
    check_gap(columns.get("kind", CardKind.BASIC), draft["front"])
    deck = decks_lock(user=user, deck_ids=[deck_id])[deck_id]
    place = next_position(deck)
    card = Card(deck=deck, position=place, front=draft["front"], back=draft["back"], extras=other_members(draft), **columns)
    card.save(force_insert=True)
    decks_touch([deck.pk])
    return card


@transaction.atomic
def card_update(*, user: User, card_id: UUID, members: Mapping[str, Any]) -> Card:
    """Change the members that are given and leave the others. Raises NotFound and Invalid."""
    decks_lock(user=user, deck_ids=[card_for_user(user=user, card_id=card_id).deck_id])
    card = card_for_user(user=user, card_id=card_id)  # as it is now that nobody else can change it
    before = {"front": card.front, "back": card.back}
    sides = _checked({side: members.get(side, before[side]) for side in before})
    columns = (_ground(card, sides) if sides != before else {}) | columns_checked(members)
    extras = other_members(_followed(card.extras, before, sides) | dict(members))
    _write(card, {"front": sides["front"], "back": sides["back"], "extras": extras, "updated_at": Now(), **columns})
    return card


def _ground(card: Card, sides: Mapping[str, str]) -> dict[str, Any]:
    """What the deck's notes say of other words: a mark that was true of the old ones must not stay."""
    source = Deck.objects.values_list("source", flat=True).get(pk=card.deck_id)
    (new,) = grounded([sides], source)
    return {"is_found": new.get("found"), "sentence": sentence_usable(new.get("sentence"))}


def _write(card: Card, columns: Mapping[str, Any]) -> None:
    for name, value in columns.items():
        setattr(card, name, value)
    check_gap(card.kind, card.front)
    card.save(update_fields=list(columns))
    decks_touch([card.deck_id])


def _checked(members: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return draft_card(members)
    except BadCard as bad:
        sentence = f"The card {bad.why}."
        raise Invalid(sentence, fields={bad.side or "front": [sentence]}) from None


def _followed(extras: Mapping[str, Any], before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, Any]:
    """A `question` that said what the front said goes on saying so."""
    followed = dict(extras)
    for key, value in extras.items():
        side = ROLES.get(name_of(key))
        if side and value == before[side]:
            followed[key] = after[side]
    return followed

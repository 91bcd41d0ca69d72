"""Single cards of a deck: added and edited.

Both lock the deck, so that each position is given once.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from flashcards.cloze import has_gaps
from flashcards.grounding import with_source_match
from flashcards.models import SIDE_CHARACTERS, Card, CardKind, Deck
from flashcards.parsing import InvalidCard, draft_card, extras_of
from flashcards.parsing.cards import ROLES, clean, name_of, trim
from flashcards.services.locks import decks_lock, decks_touch, next_position
from flashcards.services.tags import tags_checked, tags_usable
from sessions_app.exceptions import Invalid, NotFound

NO_CARD = "There is no card with this id."
NO_GAP = (
    "A cloze card needs a gap in its front: write {{c1::hidden words}}, with a hint as {{c1::hidden"
    " words::hint}}."
)
KINDS = ", ".join(CardKind.values)
OWN = frozenset({"kind", "tags", "sentence", "found"})


def card_for_user(*, user: User, card_id: UUID) -> Card:
    """The card in one of the user's decks. Raises NotFound for anybody else's."""
    card = Card.objects.of(user).filter(pk=card_id).first()
    if card is None:
        raise NotFound(NO_CARD)
    return card


@transaction.atomic
def card_add(*, user: User, deck_id: UUID, fields: Mapping[str, Any]) -> Card:
    """A new last card out of `fields` (front and back, or question and answer; kind, tags,
    sentence, found; others stay beside them).

    Raises NotFound, Invalid, and Conflict (`deck_full`).
    """
    draft, columns = _checked(fields), columns_checked(fields)
    check_gap(columns.get("kind", CardKind.BASIC), draft["front"])
    deck = decks_lock(user=user, deck_ids=[deck_id])[deck_id]
    position = next_position(deck)
    card = Card(
        deck=deck,
        position=position,
        front=draft["front"],
        back=draft["back"],
        extras=extra_fields(draft),
        **columns,
    )
    card.save(force_insert=True)
    decks_touch([deck.pk])
    return card


@transaction.atomic
def card_update(*, user: User, card_id: UUID, fields: Mapping[str, Any]) -> Card:
    """Change the fields that are given and leave the others. Raises NotFound and Invalid."""
    decks_lock(user=user, deck_ids=[card_for_user(user=user, card_id=card_id).deck_id])
    card = card_for_user(user=user, card_id=card_id)  # as it is now that nobody else can change it
    before = {"front": card.front, "back": card.back}
    sides = _checked({side: fields.get(side, before[side]) for side in before})
    columns = (_ground(card, sides) if sides != before else {}) | columns_checked(fields)
    extras = extra_fields(_followed(card.extras, before, sides) | dict(fields))
    _write(
        card,
        {
            "front": sides["front"],
            "back": sides["back"],
            "extras": extras,
            "updated_at": Now(),
            **columns,
        },
    )
    return card


def _ground(card: Card, sides: Mapping[str, str]) -> dict[str, Any]:
    """What the deck's notes say of other words: a mark that was true of the old ones must not
    stay.
    """
    source = Deck.objects.values_list("source", flat=True).get(pk=card.deck_id)
    (new,) = with_source_match([sides], source)
    return {"is_found": new.get("found"), "sentence": sentence_usable(new.get("sentence"))}


def _write(card: Card, columns: Mapping[str, Any]) -> None:
    for name, value in columns.items():
        setattr(card, name, value)
    check_gap(card.kind, card.front)
    card.save(update_fields=list(columns))
    decks_touch([card.deck_id])


def _checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return draft_card(fields)
    except InvalidCard as bad:
        message = f"The card {bad.why}."
        raise Invalid(message, fields={bad.side or "front": [message]}) from None


def _followed(
    extras: Mapping[str, Any], before: Mapping[str, str], after: Mapping[str, str]
) -> dict[str, Any]:
    """A `question` that said what the front said goes on saying so."""
    followed = dict(extras)
    for key, value in extras.items():
        side = ROLES.get(name_of(key))
        if side and value == before[side]:
            followed[key] = after[side]
    return followed


def columns_checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of those fields that are there.

    Raises Invalid, which names the field; sides are checked elsewhere.
    """
    checks = {"kind": _kind, "tags": tags_checked, "sentence": _sentence, "found": _found}
    columns = {name: check(fields[name]) for name, check in checks.items() if name in fields}
    return {"is_found" if name == "found" else name: value for name, value in columns.items()}


def columns_usable(card: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an engine's card, wrong members as if they had not come. Never raises."""
    kind, is_found = card.get("kind"), card.get("found")
    is_kind = kind in CardKind.values and (kind != CardKind.CLOZE or has_gaps(str(card["front"])))
    return {
        "kind": kind if is_kind else CardKind.BASIC,
        "tags": tags_usable(card.get("tags")),
        "sentence": sentence_usable(card.get("sentence")),
        "is_found": is_found if isinstance(is_found, bool) else None,
    }


def sentence_usable(value: Any) -> str:
    """Return the sentence that a card came from as it can be stored; empty when it is too long or
    not a text.
    """
    return trim(clean(value)) if isinstance(value, str) and len(value) <= SIDE_CHARACTERS else ""


def extra_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What has no column and stays beside the card as `extras`."""
    return extras_of({name: value for name, value in fields.items() if name not in OWN})


def check_gap(kind: str, front: str) -> None:
    """Raises Invalid when a cloze hides nothing."""
    if kind == CardKind.CLOZE and not has_gaps(front):
        raise Invalid(NO_GAP, fields={"front": [NO_GAP]})


def _kind(value: Any) -> str:
    if isinstance(value, str) and value in CardKind.values:
        return value
    raise _refused("kind", f"A card's kind is one of {KINDS}.")


def _sentence(value: Any) -> str:
    sentence = trim(clean(value)) if isinstance(value, str) else None
    if sentence is None or len(sentence) > SIDE_CHARACTERS:
        raise _refused(
            "sentence", f"Send the sentence as a text of at most {SIDE_CHARACTERS} characters."
        )
    return sentence


def _found(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise _refused("found", "Send found as true, false or null.")


def _refused(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: [message]})

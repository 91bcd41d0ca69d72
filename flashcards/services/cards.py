"""Add and edit single cards, and check the fields of cards and the tags of cards and decks.

Adding and editing lock the deck, so that each position is assigned only once. Tags that differ only
in capitalization are duplicates.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy, gettext_noop, ngettext

from flashcards.card_kinds import DEFAULT_KIND, KIND_OF_NAME
from flashcards.cloze import usable_kind
from flashcards.grounding import with_source_match
from flashcards.models import SIDE_CHARACTERS, TAG_CHARACTERS, Card, Deck
from flashcards.parsing import InvalidCard, draft_card, extras_of
from flashcards.parsing.cards import ROLES, clean, name_of, trim
from flashcards.services.locks import decks_lock, decks_touch, next_position
from sessions_app.exceptions import Invalid, NotFound

NO_CARD = gettext_lazy("There is no card with this id.")
NO_GAP = gettext_noop(
    "A cloze card needs a gap in its front: write {{c1::hidden words}}, with a hint as {{c1::hidden"
    " words::hint}}."
)
MAX_TAGS = 50
NO_TAG = format_lazy(
    gettext_lazy(
        "A tag has 1 to {maximum} characters: shorten the longer ones, leave out the empty ones."
    ),
    maximum=TAG_CHARACTERS,
)
NO_TAGS = gettext_lazy("Send tags as a list of texts.")
# Fields of a card that have their own columns. All others are stored in `extras`.
COLUMN_FIELDS = frozenset({"kind", "tags", "sentence", "found"})


def card_for_user(*, user: User, card_id: UUID) -> Card:
    """Return a card in one of the user's decks.

    Raise NotFound if it does not exist or belongs to another user.
    """
    card = Card.objects.of(user).filter(pk=card_id).first()
    if card is None:
        raise NotFound(NO_CARD)
    return card


@transaction.atomic
def card_add(*, user: User, deck_id: UUID, fields: Mapping[str, Any]) -> Card:
    """Add a card at the end of the deck.

    `fields` contains `front` and `back` (or `question` and `answer`), and optionally `kind`,
    `tags`, `sentence` and `found`. Other fields are stored in `extras`. Raise NotFound, Invalid, or
    Conflict (`deck_full`).
    """
    draft, columns = _checked(fields), columns_checked(fields)
    check_gap(columns.get("kind", DEFAULT_KIND.name), draft["front"])
    deck = decks_lock(user=user, deck_ids=[deck_id])[deck_id]
    card = Card(
        deck=deck,
        position=next_position(deck),
        front=draft["front"],
        back=draft["back"],
        extras=extras_of(draft, COLUMN_FIELDS),
        **columns,
    )
    card.save(force_insert=True)
    decks_touch([deck.pk])
    return card


@transaction.atomic
def card_update(*, user: User, card_id: UUID, fields: Mapping[str, Any]) -> Card:
    """Change the given fields of a card.

    Raise NotFound if the card does not exist, or Invalid if a field is not valid.
    """
    decks_lock(user=user, deck_ids=[card_for_user(user=user, card_id=card_id).deck_id])
    # Read the card again, because it may have changed before its deck was locked.
    card = card_for_user(user=user, card_id=card_id)
    before, kind_before = {"front": card.front, "back": card.back}, card.kind
    sides = _checked({side: fields.get(side, before[side]) for side in before})
    columns: dict[str, Any] = {**sides, "updated_at": Now()}
    if sides != before:  # the stored source match is for the old text
        source = Deck.objects.values_list("source", flat=True).get(pk=card.deck_id)
        (matched,) = with_source_match([sides], source)
        usable = columns_usable(matched)
        columns |= {"is_found": usable["is_found"], "sentence": usable["sentence"]}
    columns |= columns_checked(fields)
    extras = _followed(card.extras, before, sides) | dict(fields)
    columns["extras"] = extras_of(extras, COLUMN_FIELDS)
    for name, value in columns.items():
        setattr(card, name, value)
    if (card.kind, card.front) != (kind_before, before["front"]):
        check_gap(card.kind, card.front)
    card.save(update_fields=list(columns))
    decks_touch([card.deck_id])
    return card


def _checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return draft_card(fields)
    except InvalidCard as bad:
        # Translators: The reason is a predicate, such as "has no back".
        message = gettext("The card %(reason)s.") % {"reason": bad.why}
        raise Invalid(message, fields={bad.side or "front": [message]}) from None


def _followed(
    extras: Mapping[str, Any], before: Mapping[str, str], after: Mapping[str, str]
) -> dict[str, Any]:
    """Return the extras, in which copies of a side (such as `question`) have its new text."""
    followed = dict(extras)
    for key, value in extras.items():
        side = ROLES.get(name_of(key))
        if side and value == before[side]:
            followed[key] = after[side]
    return followed


def columns_checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of the given fields, except the sides.

    Raise Invalid with the name of the field if a value is not valid.
    """
    kind, is_found = fields.get("kind", DEFAULT_KIND.name), fields.get("found")
    if not isinstance(kind, str) or kind not in KIND_OF_NAME:
        kinds = ", ".join(KIND_OF_NAME)
        message = gettext("A card's kind is one of %(kinds)s.") % {"kinds": kinds}
        raise Invalid(message, fields={"kind": [message]})
    tags, sentence = tags_checked(fields.get("tags", ())), fields.get("sentence", "")
    if not isinstance(sentence, str) or len(sentence := trim(clean(sentence))) > SIDE_CHARACTERS:
        message = gettext("Send the sentence as a text of at most %(maximum)s characters.")
        message %= {"maximum": SIDE_CHARACTERS}
        raise Invalid(message, fields={"sentence": [message]})
    if is_found is not None and not isinstance(is_found, bool):
        message = gettext("Send found as true, false or null.")
        raise Invalid(message, fields={"found": [message]})
    columns = {"kind": kind, "tags": tags, "sentence": sentence, "found": is_found}
    return {
        "is_found" if name == "found" else name: value
        for name, value in columns.items()
        if name in fields
    }


def columns_usable(card: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a card that an engine generated.

    Invalid fields are treated as missing. This function never raises an exception.
    """
    kind, sentence, is_found = card.get("kind"), card.get("sentence"), card.get("found")
    if not isinstance(kind, str) or kind not in KIND_OF_NAME:
        kind = DEFAULT_KIND.name
    return {
        "kind": usable_kind(kind, str(card["front"])),
        "tags": tags_usable(card.get("tags")),
        "sentence": trim(clean(sentence))
        if isinstance(sentence, str) and len(sentence) <= SIDE_CHARACTERS
        else "",
        "is_found": is_found if isinstance(is_found, bool) else None,
    }


def check_gap(kind: str, front: str) -> None:
    """Raise Invalid if the kind needs a gap and the front has none."""
    if usable_kind(kind, front) != kind:
        message = gettext(NO_GAP)
        raise Invalid(message, fields={"front": [message]})


def tags_checked(value: Any) -> list[str]:
    """Return the tags trimmed, without duplicates and in the same order.

    Raise Invalid (field `tags`) if a tag does not have 1 to 60 characters, or if there are more
    than 50 tags.
    """
    tags = tags_usable(value, limit=None)
    if not isinstance(value, list | tuple) or not all(isinstance(tag, str) for tag in value):
        message = str(NO_TAGS)
    elif not all(0 < len(trim(clean(tag))) <= TAG_CHARACTERS for tag in value):
        message = str(NO_TAG)
    elif len(tags) > MAX_TAGS:
        message = ngettext(
            "These are %(count)s tags, and %(maximum)s is the most: leave some out.",
            "These are %(count)s tags, and %(maximum)s is the most: leave some out.",
            len(tags),
        ) % {"count": len(tags), "maximum": MAX_TAGS}
    else:
        return tags
    raise Invalid(message, fields={"tags": [message]})


def tags_usable(value: Any, limit: int | None = MAX_TAGS) -> list[str]:
    """Return the tags of an engine that can be stored, trimmed and without duplicates.

    Invalid tags are left out. This function never raises an exception.
    """
    by_fold: dict[str, str] = {}
    for tag in value if isinstance(value, list | tuple) else ():
        trimmed = trim(clean(tag)) if isinstance(tag, str) else ""
        if 0 < len(trimmed) <= TAG_CHARACTERS:
            by_fold.setdefault(trimmed.casefold(), trimmed)
    return list(by_fold.values())[:limit]


def tags_changed(
    tags: Iterable[str], *, add: Iterable[str] = (), remove: Iterable[str] = ()
) -> list[str]:
    """Return the tags without those in `remove`, followed by those in `add`.

    Raise Invalid if there are too many.
    """
    removed = {tag.casefold() for tag in remove}
    return tags_checked([*(tag for tag in tags if tag.casefold() not in removed), *add])

"""Decks: created from generations or by hand, renamed and tagged."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from flashcards.grounding import with_source_match
from flashcards.models import CARDS_PER_DECK, NAME_CHARACTERS, Card, Deck
from flashcards.parsing import accept_cards
from flashcards.parsing.cards import clean, trim
from flashcards.services.cards import check_gap, columns_checked, columns_usable, extra_fields
from flashcards.services.locks import NO_DECK
from flashcards.services.tags import tags_checked
from sessions_app.exceptions import Conflict, Invalid, NotFound
from sessions_app.services.generations import generation_for_user, generations_for_user

if TYPE_CHECKING:
    from sessions_app.models import Generation

UNTITLED = "Flashcards"
STILL_OPEN = "These cards are still being written: wait for the end, or stop it, and save then."
NO_CARDS = "There are no cards in these generations that could be saved."


class SavedDeck(NamedTuple):
    """A deck, and whether this call made it."""

    deck: Deck
    is_new: bool


def deck_for_user(*, user: User, deck_id: UUID) -> Deck:
    """The user's deck, with `card_count` and `due_count`. Raises NotFound for anybody else's."""
    deck = (
        Deck.objects.of(user)
        .with_card_count()
        .with_due_count(timezone.now())
        .filter(pk=deck_id)
        .first()
    )
    if deck is None:
        raise NotFound(NO_DECK)
    return deck


def deck_with_name(*, user: User, deck_id: str | None) -> UUID | None:
    """The deck that a query names; None when it names none.

    Raises Invalid for what is no id, and NotFound.
    """
    if not deck_id:
        return None
    try:
        return deck_for_user(user=user, deck_id=UUID(deck_id)).pk
    except ValueError:
        raise Invalid("Give a deck's id.", fields={"deck": ["This is no deck's id."]}) from None


def deck_create(*, user: User, name: str, cards: Any = (), tags: Any = ()) -> Deck:
    """A deck by hand. Raises Invalid, which names the cards that are none: none of them is saved
    then.
    """
    with transaction.atomic():
        return insert(
            Deck(user_id=user.pk, name=_checked_name(name), tags=tags_checked(tags)),
            checked_cards(cards),
        )


def deck_save(
    *, user: User, generation_id: UUID, name: str = "", cards: Any = None, tags: Any = ()
) -> SavedDeck:
    """The user's generation as a deck, with the cards it had when it ended.

    `cards` are those that the user edited before saving.

    Raises NotFound, Conflict (`not_finished`) and Invalid.
    """
    generation = generation_for_user(user=user, generation_id=generation_id)
    if generation.finished_at is None or not generation.cards:
        raise Conflict("This generation has no result that could be saved.", code="not_finished")
    return deck_create_from_generation(generation=generation, name=name, cards=cards, tags=tags)


def deck_create_from_generation(
    *, generation: "Generation", name: str = "", cards: Any = None, tags: Any = ()
) -> SavedDeck:
    """A finished generation as a deck; once, however often and from wherever at the same time it is
    called. One that is in the bin comes back.
    """
    existing = Deck.objects.filter(generation_id=generation.pk).first()
    if existing:
        Deck.objects.filter(pk=existing.pk).exclude(deleted_at=None).update(deleted_at=None)
        return SavedDeck(existing, False)
    source = str(generation.options.get("source") or "")
    drafts = generation.cards if cards is None else with_source_match(checked_cards(cards), source)
    origin = origin_of(generation, name) | {"tags": tags_checked(tags)}
    with transaction.atomic():
        deck, is_new = Deck.objects.get_or_create(generation_id=generation.pk, defaults=origin)
        if is_new:
            insert_cards(deck, drafts)
    return SavedDeck(deck, is_new)


@transaction.atomic
def deck_update(*, user: User, deck_id: UUID, name: str | None = None, tags: Any = None) -> Deck:
    """Change the name, the tags, or both; None leaves either. Raises NotFound and Invalid."""
    columns: dict[str, Any] = {} if name is None else {"name": _checked_name(name)}
    columns |= {} if tags is None else {"tags": tags_checked(tags)}
    changed = Deck.objects.of(user).filter(pk=deck_id).update(**columns, updated_at=Now())
    if not changed:
        raise NotFound(NO_DECK)
    return deck_for_user(user=user, deck_id=deck_id)


def origin_of(generation: "Generation", name: str) -> dict[str, Any]:
    """The columns of a deck that say where it comes from."""
    topic = str(generation.options["topic"])
    return {
        "user_id": generation.user_id,
        "name": _checked_name(
            next((text for text in (name, topic) if trim(clean(text))), UNTITLED)
        ),
        "model_id": generation.session.model_id,
        "engine": generation.engine_name,
        "prompt_version": generation.prompt_version,
        "topic": clean(topic)[:200],
        "generation_ids": [generation.pk],
        "source": str(generation.options.get("source") or ""),
    }


def _checked_name(name: str) -> str:
    trimmed = trim(clean(name))
    if 0 < len(trimmed) <= NAME_CHARACTERS:
        return trimmed
    message = f"Give the deck a name of 1 to {NAME_CHARACTERS} characters."
    raise Invalid(message, fields={"name": [message]})


def checked_cards(cards: Any) -> list[dict[str, Any]]:
    """Cards as somebody sent them, each good; else Invalid, which names those that are not."""
    if not isinstance(cards, list | tuple) or len(cards) > CARDS_PER_DECK:
        message = f"Send cards as a list of at most {CARDS_PER_DECK} objects with front and back."
        raise Invalid(message, fields={"cards": [message]})
    accepted = accept_cards(cards, (), CARDS_PER_DECK)
    if accepted.refused:
        raise Invalid(accepted.refused[0], fields={"cards": accepted.refused})
    _check_columns(accepted.cards)
    return accepted.cards


def _check_columns(cards: Sequence[Mapping[str, Any]]) -> None:
    for number, card in enumerate(cards, start=1):
        try:
            check_gap(str(columns_checked(card).get("kind", "")), str(card["front"]))
        except Invalid as bad:
            message = f"Card {number}: {bad.message}"
            raise Invalid(message, fields={"cards": [message]}) from None


def insert(deck: Deck, cards: Sequence[Mapping[str, Any]]) -> Deck:
    """A new row for the deck, and for each of its checked cards."""
    deck.save(force_insert=True)
    insert_cards(deck, cards)
    return deck


def insert_cards(deck: Deck, cards: Sequence[Mapping[str, Any]]) -> None:
    """Checked cards into a deck that has none."""
    rows = [
        Card(
            deck=deck,
            position=position,
            front=card["front"],
            back=card["back"],
            extras=extra_fields(card),
            **columns_usable(card),
        )
        for position, card in enumerate(cards, start=1)
    ]
    Card.objects.bulk_create(rows)


def deck_save_batch(
    *, user: User, generation_ids: Sequence[UUID], name: str = "", cards: Any = None, tags: Any = ()
) -> SavedDeck:
    """The user's generations as one deck, with where it comes from; what ended early gives the
    cards that it had.

    `cards` are those that the user saw, in their order and as edited: they are what is saved. The
    same cards of the same generations are saved once. Raises NotFound, Conflict (`not_finished`)
    and Invalid.
    """
    generations = _ended(user, generation_ids)
    origin = _origin(generations, name) | {"tags": tags_checked(tags)}
    written = [card for generation in generations for card in generation.cards]
    drafts = with_source_match(written if cards is None else checked_cards(cards), origin["source"])
    if not drafts:
        raise Conflict(NO_CARDS, code="not_finished")
    with transaction.atomic():
        return _saved(generations[0].pk, origin, drafts)


def _ended(user: User, generation_ids: Sequence[UUID]) -> list["Generation"]:
    generations = generations_for_user(user=user, generation_ids=generation_ids)
    if any(generation.finished_at is None for generation in generations):
        raise Conflict(STILL_OPEN, code="not_finished")
    return generations


def _origin(generations: Sequence["Generation"], name: str) -> dict[str, Any]:
    """As of the first, with the notes of all."""
    sources = [str(generation.options.get("source") or "") for generation in generations]
    engine = next(
        (generation.engine_name for generation in generations if generation.engine_name), ""
    )
    return origin_of(generations[0], name) | {
        "engine": engine,
        "source": "\n\n".join(dict.fromkeys(source for source in sources if source)),
        "generation_ids": [generation.pk for generation in generations],
    }


def _saved(
    first_id: UUID, origin: dict[str, Any], drafts: Sequence[Mapping[str, Any]]
) -> SavedDeck:
    deck, is_new = Deck.objects.get_or_create(generation_id=first_id, defaults=origin)
    if is_new:
        insert_cards(deck, drafts)
    # the same result, remembered and edited otherwise: a deck of its own
    elif not _is_same(deck, origin, drafts):
        return SavedDeck(insert(Deck(**origin), drafts), True)
    return SavedDeck(deck, is_new)


def _is_same(deck: Deck, origin: Mapping[str, Any], drafts: Sequence[Mapping[str, Any]]) -> bool:
    if deck.deleted_at or deck.name != origin["name"]:
        return False
    return list(deck.cards.kept().values_list("front", "back")) == [
        (card["front"], card["back"]) for card in drafts
    ]

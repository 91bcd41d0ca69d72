"""Create decks from generations or by hand, and rename and tag them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from flashcards.grounding import with_source_match
from flashcards.models import CARDS_PER_DECK, NAME_CHARACTERS, Card, Deck
from flashcards.parsing.cards import Drafts, card_key, clean, extras_of, trim
from flashcards.services.cards import (
    COLUMN_FIELDS,
    check_gap,
    columns_checked,
    columns_usable,
    tags_checked,
)
from flashcards.services.drafts import drafts_delete_saved, generations_of_draft
from flashcards.services.fates import ReportedFates, fates_save
from flashcards.services.locks import NO_DECK
from sessions_app.exceptions import Conflict, Invalid, NotFound
from sessions_app.models import Generation
from sessions_app.services.generations import generation_for_user, generations_for_user

SOURCE_CHARACTERS = 200_000  # as many as in the form of the Make page


def deck_for_user(*, user: User, deck_id: UUID) -> Deck:
    """Return the user's deck with `card_count` and `due_count`.

    Raise NotFound if it does not exist or belongs to another user.
    """
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
    """Return the ID of the deck in a query parameter, or None if the parameter is empty.

    Raise Invalid if it is not a UUID, and NotFound if it is not a deck of the user.
    """
    if not deck_id:
        return None
    try:
        return deck_for_user(user=user, deck_id=UUID(deck_id)).pk
    except ValueError:
        fields = {"deck": [gettext("This is no deck's id.")]}
        raise Invalid(gettext("Give a deck's id."), fields=fields) from None


@transaction.atomic
def deck_save(
    *,
    user: User,
    name: str = "",
    cards: Any = None,
    tags: Any = (),
    generation_id: UUID | None = None,
    generation_ids: Sequence[UUID] = (),
    draft_id: UUID | None = None,
    source: str = "",
    fates: ReportedFates | None = None,
) -> tuple[Deck, bool]:
    """Save the user's generations as a deck, or create a deck by hand if none are given.

    Pass `cards` if the user edited the cards of the generations. Without it, the generated cards
    are saved. `source` are the notes of cards that were made without a model. Return the deck, and
    whether it is new. The draft with these cards is deleted. If the deck is new, the fates of the
    generated cards are counted, with those that only the page knows.

    Raise NotFound, Conflict (`not_finished`) or Invalid.
    """
    generations: list[Generation] = []
    if generation_ids:
        generations = generations_for_user(user=user, generation_ids=generation_ids)
        deck, is_new = deck_create_from_batch(
            generations=generations, name=name, cards=cards, tags=tags
        )
    elif generation_id:
        generation = generation_for_user(user=user, generation_id=generation_id)
        generations = [generation]
        if generation.finished_at is None or not generation.cards:
            message = gettext("This generation has no result that could be saved.")
            raise Conflict(message, code="not_finished")
        deck, is_new = deck_create_from_generation(
            generation=generation, name=name, cards=cards, tags=tags
        )
    else:
        is_new = True
        deck = deck_create(user=user, name=name, cards=cards or (), tags=tags, source=source)
        # The user may have discarded all generated cards and saved only others.
        generations = generations_of_draft(user=user, draft_id=draft_id)
    saved_ids = [generation.pk for generation in generations]
    # Discarding a draft locks it before its fates, too.
    if draft_id or saved_ids:
        drafts_delete_saved(user=user, draft_id=draft_id, generation_ids=saved_ids)
    if is_new:
        fates_save(
            deck=deck,
            generations=generations,
            cards=cards,
            draft_id=draft_id,
            reported=fates or ReportedFates(),
        )
    return deck, is_new


@transaction.atomic
def deck_create(
    *, user: User, name: str, cards: Any = (), tags: Any = (), source: str = ""
) -> Deck:
    """Create a deck by hand, or of notes without a model if there is a `source`.

    Raise Invalid with the problems if some of the cards are not valid. In that case, nothing is
    saved.
    """
    origin = {"user_id": user.pk, "name": _checked_name(name), "tags": tags_checked(tags)}
    checked = _checked_cards(cards)
    if source:
        checked = with_source_match(checked, source)
    deck = Deck.objects.create(**origin, source=source)
    _insert_cards(deck, checked)
    return deck


def deck_create_from_generation(
    *, generation: Generation, name: str = "", cards: Any = None, tags: Any = ()
) -> tuple[Deck, bool]:
    """Save a finished generation as a deck.

    A generation is saved once, even if this is called several times or concurrently. If its deck is
    in the trash, the deck is restored. Return the deck, and whether it is new.
    """
    deck = Deck.objects.filter(generation_id=generation.pk).first()
    if deck:
        Deck.objects.filter(pk=deck.pk).exclude(deleted_at=None).update(deleted_at=None)
        return deck, False
    drafts = generation.cards
    if cards is not None:
        source = str(generation.options.get("source") or "")
        drafts = with_source_match(_checked_cards(cards), source)
    origin = _origin([generation], name, tags)
    with transaction.atomic():
        deck, is_new = Deck.objects.get_or_create(generation_id=generation.pk, defaults=origin)
        if is_new:
            _insert_cards(deck, drafts)
    return deck, is_new


def deck_create_from_batch(
    *, generations: Sequence[Generation], name: str = "", cards: Any = None, tags: Any = ()
) -> tuple[Deck, bool]:
    """Save generations as one deck, including the cards of generations that ended early.

    If the first generation is already saved as a deck with the same name and cards that is not in
    the trash, that deck is returned. If the deck differs, another deck is created. Return the deck,
    and whether it is new.

    Raise Conflict (`not_finished`) if a generation is not finished or the deck would be empty.
    """
    if any(generation.finished_at is None for generation in generations):
        message = gettext(
            "These cards are still being written: wait for the end, or stop it, and save then."
        )
        raise Conflict(message, code="not_finished")
    origin = _origin(generations, name, tags)
    written = [card for generation in generations for card in generation.cards]
    drafts = with_source_match(
        written if cards is None else _checked_cards(cards), origin["source"]
    )
    if not drafts:
        message = gettext("There are no cards in these generations that could be saved.")
        raise Conflict(message, code="not_finished")
    with transaction.atomic():
        deck, is_new = Deck.objects.get_or_create(generation_id=generations[0].pk, defaults=origin)
        if not is_new:
            sides = [(card["front"], card["back"]) for card in drafts]
            is_same = (
                deck.deleted_at is None
                and deck.name == origin["name"]
                and list(deck.cards.kept().values_list("front", "back")) == sides
            )
            if not is_same:
                deck, is_new = Deck.objects.create(**origin), True
        if is_new:
            _insert_cards(deck, drafts)
    return deck, is_new


@transaction.atomic
def deck_update(*, user: User, deck_id: UUID, name: str | None = None, tags: Any = None) -> Deck:
    """Change the name, the tags, or both.

    None leaves a value unchanged. Raise NotFound if the deck does not exist, or Invalid if a value
    is not valid.
    """
    columns: dict[str, Any] = {} if name is None else {"name": _checked_name(name)}
    columns |= {} if tags is None else {"tags": tags_checked(tags)}
    changed = Deck.objects.of(user).filter(pk=deck_id).update(**columns, updated_at=Now())
    if not changed:
        raise NotFound(NO_DECK)
    return deck_for_user(user=user, deck_id=deck_id)


def _origin(generations: Sequence[Generation], name: str, tags: Any) -> dict[str, Any]:
    """Return the columns of a new deck, from the first generation and the notes of all of them."""
    first = generations[0]
    topic = str(first.options["topic"])
    untitled = pgettext("name of a deck without a topic", "Flashcards")
    names = (text for text in (name, topic, untitled) if trim(clean(text)))
    sources = [str(generation.options.get("source") or "") for generation in generations]
    engines = (generation.engine_name for generation in generations)
    return {
        "user_id": first.user_id,
        "name": _checked_name(next(names)),
        "model_id": first.session.model_id,
        "engine": next(filter(None, engines), ""),
        "prompt_version": first.prompt_version,
        "topic": clean(topic)[:200],
        "generation_ids": [generation.pk for generation in generations],
        "source": "\n\n".join(dict.fromkeys(filter(None, sources))),
        "tags": tags_checked(tags),
    }


def _checked_name(name: str) -> str:
    trimmed = trim(clean(name))
    if 0 < len(trimmed) <= NAME_CHARACTERS:
        return trimmed
    message = gettext("Give the deck a name of 1 to %(maximum)s characters.")
    message %= {"maximum": NAME_CHARACTERS}
    raise Invalid(message, fields={"name": [message]})


def _checked_cards(cards: Any) -> list[dict[str, Any]]:
    """Return the cards that the user sent, in validated form.

    Raise Invalid with the problems if some of the cards are not valid.
    """
    if not isinstance(cards, list | tuple) or len(cards) > CARDS_PER_DECK:
        message = gettext(
            "Send cards as a list of at most %(maximum)s objects with front and back."
        ) % {"maximum": CARDS_PER_DECK}
        raise Invalid(message, fields={"cards": [message]})
    drafts = Drafts(key=card_key)
    for fields in cards:
        drafts.add(fields)
    if drafts.problems:
        raise Invalid(drafts.problems[0], fields={"cards": drafts.problems})
    checked = [
        extras_of(draft) | {"front": draft["front"], "back": draft["back"]}
        for draft in drafts.cards
    ]
    for number, card in enumerate(checked, start=1):
        try:
            check_gap(str(columns_checked(card).get("kind", "")), card["front"])
        except Invalid as error:
            problem = {"number": number, "problem": error.message}
            message = gettext("Card %(number)s: %(problem)s") % problem
            raise Invalid(message, fields={"cards": [message]}) from None
    return checked


def _insert_cards(deck: Deck, cards: Sequence[Mapping[str, Any]]) -> None:
    """Insert validated cards into an empty deck."""
    rows = [
        Card(
            deck=deck,
            position=position,
            front=card["front"],
            back=card["back"],
            extras=extras_of(card, COLUMN_FIELDS),
            **columns_usable(card),
        )
        for position, card in enumerate(cards, start=1)
    ]
    Card.objects.bulk_create(rows)

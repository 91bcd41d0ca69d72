"""Search for decks and cards by words and tags.

A search only reads the rows of one user (see docs/decisions/deck-search.md).
"""

from collections import Counter
from typing import Any

from django.contrib.auth.models import User
from django.db.models import CharField, Count, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat, Lower

from flashcards.card_kinds import KIND_OF_NAME
from flashcards.models import Card, Deck
from flashcards.models.cards import CardQuerySet
from flashcards.models.decks import DeckQuerySet
from flashcards.parsing.cards import clean, trim
from flashcards.scheduling import LEECH_LAPSES

WORDS_MOST, WORD_CHARACTERS, TAGS_SHOWN = 6, 100, 300
BETWEEN = "\x1f"  # a control character, which `clean` removes from tags
SORTS = {
    "newest": ["-created_at", "-pk"],
    "changed": ["-updated_at", "-pk"],
    "name": [Lower("name"), "pk"],
    "size": ["-card_count", "-created_at", "-pk"],
    "due": ["-due_count", "-created_at", "-pk"],
}


def words_of(text: str) -> list[str]:
    """Return the first six words of the text, each cut to 100 characters."""
    return [word[:WORD_CHARACTERS] for word in trim(clean(text)).split()[:WORDS_MOST]]


def search_decks(decks: DeckQuerySet, *, text: str = "", tag: str = "") -> DeckQuerySet:
    """Return the decks that match every word of the text, and have the tag if one is given.

    A word can match the name, the topic or a tag of the deck, or one of its cards.
    """
    matching: DeckQuerySet = _tagged(decks, tag)
    for number, word in enumerate(words_of(text)):
        card = f"card_{number}"
        on_deck = Q(name__icontains=word) | Q(topic__icontains=word) | Q(tags_text__icontains=word)
        matching = matching.alias(**{card: _first_card_with(word)}).filter(
            on_deck | Q(**{f"{card}__isnull": False})
        )
    return matching


def search_cards(
    cards: CardQuerySet, *, text: str = "", tag: str = "", kind: str = "", is_leech: bool = False
) -> CardQuerySet:
    """Return the cards that have every word of the text on a side or in a tag.

    If a tag or a kind is given, the cards must also have it. `is_leech` selects the cards that were
    forgotten at least LEECH_LAPSES times.
    """
    matching: CardQuerySet = _tagged(cards, tag)
    for word in words_of(text):
        matching = _with_word(matching, word)
    if is_leech:
        matching = matching.filter(schedule__lapse_count__gte=LEECH_LAPSES)
    return matching.filter(kind=kind) if kind in KIND_OF_NAME else matching


def tags_of(user: User) -> list[str]:
    """Return the tags of the user's decks and cards, most used first, at most TAGS_SHOWN.

    Tags that differ only in capitalization are counted as one.
    """
    counted: Counter[str] = Counter()
    spellings: dict[str, str] = {}
    for rows in (Deck.objects.of(user), Card.objects.of(user)):
        for tag, count in _tag_counts(rows):
            counted[tag.casefold()] += count
            spellings.setdefault(tag.casefold(), tag)
    return [
        spellings[fold]
        for fold, _ in sorted(counted.items(), key=lambda each: (-each[1], each[0]))[:TAGS_SHOWN]
    ]


def deck_tags_of(user: User) -> list[str]:
    """Return the tags of the user's decks in alphabetical order, at most TAGS_SHOWN."""
    spellings = {tag.casefold(): tag for tag, _ in _tag_counts(Deck.objects.of(user))}
    return [spellings[fold] for fold in sorted(spellings)[:TAGS_SHOWN]]


def _first_card_with(word: str) -> Subquery:
    """Return a subquery for the first card of a deck that contains the word.

    Because of its LIMIT, PostgreSQL runs it once for each deck. PostgreSQL would turn an EXISTS
    into one search through the cards of all users.
    """
    return Subquery(
        _with_word(Card.objects.kept().filter(deck=OuterRef("pk")), word)
        .order_by()
        .values("pk")[:1]
    )


def _with_word(cards: Any, word: str) -> Any:
    exists = Q(front__icontains=word) | Q(back__icontains=word) | Q(tags_text__icontains=word)
    return cards.alias(tags_text=_tags_text()).filter(exists)


def _tagged(rows: Any, tag: str) -> Any:
    with_tags = rows.alias(tags_text=_tags_text())
    return (
        with_tags.filter(tags_text__icontains=f"{BETWEEN}{clean(tag)}{BETWEEN}")
        if tag
        else with_tags
    )


def _tags_text() -> Concat:
    tags = Func(F("tags"), Value(BETWEEN), function="array_to_string", output_field=CharField())
    return Concat(Value(BETWEEN), tags, Value(BETWEEN), output_field=CharField())


def _tag_counts(rows: Any) -> QuerySet[Any, Any]:
    tag = Func(F("tags"), function="unnest", output_field=CharField())
    counts: QuerySet[Any, Any] = (
        rows.order_by().annotate(tag=tag).values("tag").annotate(count=Count("pk"))
    )
    return counts.order_by("-count", "tag").values_list("tag", "count")

"""A user's personal data in decks, cards and study history.

See `sessions_app.services.personal_data.PersonalData`.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy

from flashcards.formats.mindflip_json_writer import card_fields
from flashcards.formats.registry import deck_export
from flashcards.models import (
    Card,
    CardFates,
    Deck,
    DraftBatch,
    IgnoredDuplicate,
    Review,
    Schedule,
    StudySettings,
)
from flashcards.models.study import SCHEDULE_COLUMNS
from sessions_app.services.personal_data import ExportFile, json_list
from sessions_app.services.retention import iterate_in_batches

FORMATS = ("json", "apkg", "csv")
DECK_BATCH = 20  # each deck may have long notes
DRAFT = ("id", "topic", "cards", "record", "generation_ids", "created_at", "updated_at")
REVIEW = ("id", "card_id", "rating", "reviewed_at", "seconds", "state", "undone_at")
SCHEDULE = ("card_id", *SCHEDULE_COLUMNS)
FATES = (
    "origin_id",
    "model_id",
    "prompt_version",
    "kind",
    "kept",
    "edited",
    "regenerated",
    "discarded",
    "is_saved",
    "recorded_at",
)
STUDY = ("new_per_day", "reviews_per_day", "desired_retention", "day_begins_hour", "time_zone")


class FlashcardsData:
    """The personal data that this app stores.

    Decks and their cards are exported in three formats that can be imported again. Everything else
    is exported as JSON.
    """

    about = {
        "decks/": gettext_lazy(
            "each deck three times: for MindFlip (.json), for Anki (.apkg), for spreadsheets (.csv)"
        ),
        "bin/": gettext_lazy("decks that are in the bin, and cards.json: single cards that are"),
        "unsaved-cards.json": gettext_lazy("cards that you have not saved as a deck yet"),
        "card-fates.json": gettext_lazy(
            "how many generated cards you kept, edited, regenerated and discarded"
        ),
        "schedules.json": gettext_lazy("when each card is asked again"),
        "reviews.json": gettext_lazy("each time that you rated a card"),
        "study-settings.json": gettext_lazy("how you study"),
        "kept-duplicates.json": gettext_lazy(
            "cards alike that you chose to keep, by the key of their front"
        ),
    }

    def counts(self, user: User) -> dict[str, int]:
        return {
            "decks": Deck.objects.of(user).count(),
            "cards": Card.objects.of(user).count(),
            "reviews": Review.objects.kept().filter(user=user).count(),
        }

    def files(self, user: User) -> Iterator[ExportFile]:
        decks = Deck.objects.filter(user=user)
        yield from _decks("decks/", decks.filter(deleted_at=None))
        yield from _decks("bin/", decks.filter(deleted_at__isnull=False))
        binned = Card.objects.filter(deck__user=user, deleted_at__isnull=False)
        yield ExportFile(
            "bin/cards.json",
            json_list(
                card_fields(card) | {"deckId": card.deck_id} for card in iterate_in_batches(binned)
            ),
        )
        yield _columns("unsaved-cards.json", DraftBatch.objects.of(user), DRAFT)
        yield _columns("card-fates.json", CardFates.objects.of(user), FATES)
        yield _columns("schedules.json", Schedule.objects.filter(user=user), SCHEDULE)
        yield _columns("reviews.json", Review.objects.filter(user=user), REVIEW)
        yield _columns("study-settings.json", StudySettings.objects.filter(user=user), STUDY)
        yield _columns(
            "kept-duplicates.json", IgnoredDuplicate.objects.of(user), ("front_key", "count")
        )

    def used_since(self, when: datetime) -> Q:
        decks = Deck.objects.filter(user=OuterRef("pk"), updated_at__gte=when)
        reviews = Review.objects.filter(user=OuterRef("pk"), recorded_at__gte=when)
        return Q(Exists(decks)) | Q(Exists(reviews))

    def forget(self, user: User) -> None:
        """Do nothing, because the progress of an import expires within a minute."""

    def rows(self, user_id: int) -> Iterator[QuerySet[Any]]:
        yield Review.objects.filter(user=user_id)
        yield Schedule.objects.filter(user=user_id)
        yield Card.objects.filter(deck__user=user_id)
        yield Deck.objects.filter(user=user_id)
        yield DraftBatch.objects.filter(user=user_id)
        yield CardFates.objects.filter(user=user_id)
        yield IgnoredDuplicate.objects.filter(user=user_id)
        yield StudySettings.objects.filter(user=user_id)


def _decks(folder: str, decks: QuerySet[Deck]) -> Iterator[ExportFile]:
    for deck in iterate_in_batches(decks, DECK_BATCH):
        cards = list(deck.cards.kept())
        for format in FORMATS:
            export = deck_export(deck=deck, cards=cards, format=format)
            name, _, ending = export.file_name.rpartition(".")
            # Two decks may have the same name.
            path = f"{folder}{name} {deck.pk.hex[:8]}.{ending}"  # untranslated: the deck's own name
            yield ExportFile(path, export.pieces)


def _columns(name: str, rows: QuerySet[Any], columns: Iterable[str]) -> ExportFile:
    shown = [(camel(column), column) for column in columns]
    return ExportFile(
        name,
        json_list(
            {word: getattr(row, column) for word, column in shown}
            for row in iterate_in_batches(rows)
        ),
    )


def camel(column: str) -> str:
    """Return a column name in camelCase, such as `cardId` for `card_id`."""
    first, *others = column.split("_")
    return first + "".join(other.capitalize() for other in others)

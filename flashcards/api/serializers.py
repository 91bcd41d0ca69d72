"""Serializers for decks, cards and imports.

Field names are in camelCase in the API and in snake_case in the code.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from flashcards.card_kinds import KIND_CHOICES
from flashcards.formats.registry import CHOOSE, FORMATS
from flashcards.formats.tables import Choices
from flashcards.models import (
    CARDS_PER_DECK,
    NAME_CHARACTERS,
    SIDE_CHARACTERS,
    TAG_CHARACTERS,
    Card,
    Deck,
)
from flashcards.services.cards import NO_TAG, NO_TAGS
from flashcards.services.decks import SOURCE_CHARACTERS
from flashcards.services.fates import ReportedFates
from flashcards.services.imports import DeckReport, ImportReport
from sessions_app.rest.fields import (
    NO_TEXT,
    CreatedQuerySerializer,
    IdField,
    JSONField,
    TextField,
    WholeNumberField,
)

SIDES = ("front", "back")
TEXT_AREA = {"base_template": "textarea.html", "rows": 3}
MAX_GENERATIONS = 500
INSTANT_CARDS: dict[str, Any] = {
    "required": False,
    "default": 0,
    "min_value": 0,
    "max_value": CARDS_PER_DECK,
}
PROVENANCE = {
    "modelId": "model_id",
    "engine": "engine",
    "promptVersion": "prompt_version",
    "topic": "topic",
}


class TagsField(serializers.ListField):
    """Tags sent by a client.

    Services trim them and remove duplicates.
    """

    child = TextField(
        max_length=TAG_CHARACTERS,
        error_messages={"invalid": NO_TAGS, "null": NO_TAGS, "blank": NO_TAG, "max_length": NO_TAG},
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(error_messages=dict.fromkeys(("not_a_list", "null"), NO_TAGS), **kwargs)


class CardSerializer(serializers.Serializer):
    """A card with its sides, kind and tags, and the sentence of the notes that supports it.

    `found` is whether there is such a sentence. Other fields are stored and returned with the card.
    """

    id = serializers.UUIDField(read_only=True)
    position = serializers.IntegerField(read_only=True)
    front = TextField(style=TEXT_AREA, max_length=SIDE_CHARACTERS)
    back = TextField(style=TEXT_AREA, max_length=SIDE_CHARACTERS)
    kind = serializers.ChoiceField(KIND_CHOICES, required=False)
    tags = TagsField(required=False)
    sentence = TextField(required=False, allow_blank=True, max_length=SIDE_CHARACTERS)
    found = serializers.BooleanField(source="is_found", required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, QueryDict):  # a form also has fields that are not part of the card
            return {name: data[name] for name in ("front", "back", "kind") if name in data}
        if not isinstance(data, dict):
            message = gettext("Send an object with front and back.")
            raise serializers.ValidationError({"": [message]})
        if wrong := _sides_without_text(data):
            raise serializers.ValidationError({side: [NO_TEXT] for side in wrong})
        return data  # services validate the values and keep unknown fields

    def to_representation(self, card: Card) -> dict[str, Any]:
        own = {
            "id": str(card.pk),
            "position": card.position,
            "front": card.front,
            "back": card.back,
        }
        return {
            **card.extras,
            **own,
            "kind": card.kind,
            "tags": card.tags,
            "sentence": card.sentence,
            "found": card.is_found,
        }


class DeckSerializer(serializers.ModelSerializer):
    """A deck in a list.

    The rows must have `card_count` and `due_count` (see `DeckQuerySet`).
    """

    cardCount = serializers.IntegerField(source="card_count", read_only=True)
    dueCount = serializers.IntegerField(source="due_count", read_only=True)
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    updatedAt = serializers.DateTimeField(source="updated_at", read_only=True)
    provenance = serializers.SerializerMethodField()

    class Meta:
        model = Deck
        fields = [
            "id",
            "name",
            "tags",
            "cardCount",
            "dueCount",
            "createdAt",
            "updatedAt",
            "provenance",
        ]

    def get_provenance(self, deck: Deck) -> dict[str, Any]:
        generation = deck.generation_id and str(deck.generation_id)
        ids = {"generationId": generation, "generationIds": [str(pk) for pk in deck.generation_ids]}
        return {name: getattr(deck, column) for name, column in PROVENANCE.items()} | ids


class DeckDetailSerializer(DeckSerializer):
    """A deck with its cards and its source.

    Lists leave the source out because it can be long.
    """

    cards = CardSerializer(many=True, read_only=True, source="cards.kept")

    class Meta(DeckSerializer.Meta):
        fields = [*DeckSerializer.Meta.fields, "cards"]

    def get_provenance(self, deck: Deck) -> dict[str, Any]:
        return super().get_provenance(deck) | {"source": deck.source}


class DeckChangeSerializer(serializers.Serializer):
    """The fields of a deck that can be changed."""

    name = TextField(max_length=NAME_CHARACTERS)
    tags = TagsField()

    def to_representation(self, deck: Deck) -> Any:
        return DeckDetailSerializer(deck).data


class DecksQuerySerializer(CreatedQuerySerializer):
    """The query parameters for a list of decks."""

    q = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text=gettext_lazy("words that the decks have, the first six count"),
    )
    tag = serializers.CharField(
        required=False, allow_blank=True, help_text=gettext_lazy("a tag that the decks have")
    )
    modelId = serializers.CharField(
        source="model_id", required=False, help_text=gettext_lazy("the model that wrote them")
    )


class CardsQuerySerializer(serializers.Serializer):
    """The query parameters for a list of cards."""

    q = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text=gettext_lazy("words that the cards have, the first six count"),
    )
    tag = serializers.CharField(
        required=False, allow_blank=True, help_text=gettext_lazy("a tag that the cards have")
    )
    kind = serializers.ChoiceField(
        KIND_CHOICES,
        required=False,
        allow_blank=True,
        help_text=gettext_lazy("the kind of the cards"),
    )
    leech = serializers.BooleanField(
        source="is_leech",
        required=False,
        help_text=gettext_lazy("only cards that were forgotten eight times or more"),
    )


class OptionalJSONField(JSONField):
    """A JSON value. In a form, it is JSON text and can be empty."""

    def get_value(self, dictionary: Any) -> Any:
        value = super().get_value(dictionary)
        return empty if isinstance(value, str) and not value.strip() else value


@extend_schema_field(CardSerializer(many=True))
class CardListField(OptionalJSONField):
    """A list of cards, which services validate."""

    def to_internal_value(self, data: Any) -> Any:
        cards = super().to_internal_value(data)
        for number, card in enumerate(cards if isinstance(cards, list) else (), start=1):
            if not isinstance(card, dict) or _sides_without_text(card):
                message = gettext(
                    "Card %(number)s: Send each card as an object with front and back, which are"
                    " texts."
                )
                raise serializers.ValidationError([message % {"number": number}])
        return cards


class FatesSerializer(serializers.Serializer):
    """The fates of cards, as far as only the client knows them.

    `regenerated` contains the IDs of generated cards that were replaced by other generated cards.
    The numbers are those of instant cards, which a client makes without a model.
    """

    regenerated = serializers.ListField(
        child=TextField(max_length=64), required=False, default=list, max_length=CARDS_PER_DECK
    )
    instantEdited = WholeNumberField(**INSTANT_CARDS)
    instantRegenerated = WholeNumberField(**INSTANT_CARDS)
    instantDiscarded = WholeNumberField(**INSTANT_CARDS)

    def validate(self, body: dict[str, Any]) -> ReportedFates:
        return ReportedFates.read(body)


@extend_schema_field(FatesSerializer)
class FatesField(OptionalJSONField):
    """The fates of cards. As a nested serializer, the form would have styles in its HTML."""

    def to_internal_value(self, data: Any) -> ReportedFates:
        fates = FatesSerializer(data=super().to_internal_value(data))
        fates.is_valid(raise_exception=True)
        return fates.validated_data


class DeckCreateSerializer(serializers.Serializer):
    """A deck to create, from generations or by hand.

    - `generationId` saves a finished generation.
    - `generationIds` saves all generations of a batch as one deck.
    - `name` and `cards` create a deck from the given cards. `source` are the notes that they were
      made from, if they were made without a model.

    When saving generations, send `cards` if the user edited them. They replace the generated cards.
    Send the `id` of each generated card with it, so that the server can count the edited cards.
    """

    generationId = IdField(source="generation_id", required=False, allow_null=True)
    generationIds = serializers.ListField(
        child=IdField(), source="generation_ids", required=False, max_length=MAX_GENERATIONS
    )
    draftId = IdField(
        source="draft_id",
        required=False,
        allow_null=True,
        help_text=gettext_lazy("the unsaved cards that are then deleted"),
    )
    name = TextField(max_length=NAME_CHARACTERS, required=False, allow_blank=True, default="")
    cards = CardListField(
        required=False,
        allow_null=True,
        help_text='[{"front": "…", "back": "…"}]',  # untranslated: JSON
        initial=list,
    )
    tags = TagsField(required=False)
    source = TextField(
        max_length=SOURCE_CHARACTERS,
        required=False,
        allow_blank=True,
        help_text=gettext_lazy("the notes of cards that were made without a model"),
    )
    fates = FatesField(required=False)

    def validate(self, body: dict[str, Any]) -> dict[str, Any]:
        if not body.get("generation_id") and not body.get("generation_ids") and not body["name"]:
            raise serializers.ValidationError(
                {"name": [gettext("Give a name, or the generationId of a finished generation.")]}
            )
        return body


def _sides_without_text(card: dict[str, Any]) -> list[str]:
    """Return the names of the sides that are not text.

    The parser of engine responses accepts numbers because models sometimes write them in place of
    text. API clients must send text.
    """
    return [side for side in SIDES if not isinstance(card.get(side, ""), str)]


class TrashedSerializer(serializers.Serializer):
    """A deck or card in the trash, which can be restored until `goneAt`."""

    id = serializers.UUIDField(read_only=True)
    deletedAt = serializers.DateTimeField(source="deleted_at", read_only=True)
    goneAt = serializers.SerializerMethodField()

    def get_goneAt(self, row: Any) -> Any:  # noqa: N802
        return serializers.DateTimeField().to_representation(
            row.deleted_at + timedelta(days=settings.TRASH_DAYS)
        )


class TrashedDeckSerializer(TrashedSerializer):
    name = serializers.CharField(read_only=True)
    cardCount = serializers.IntegerField(source="card_count", read_only=True)


class TrashedCardSerializer(TrashedSerializer):
    front = serializers.CharField(read_only=True)
    back = serializers.CharField(read_only=True)
    deckId = serializers.UUIDField(source="deck_id", read_only=True)
    deckName = serializers.CharField(source="deck.name", read_only=True)


class CardsSerializer(serializers.Serializer):
    """The IDs of 1 to 2,000 cards.

    All of the cards must exist.
    """

    cards = serializers.ListField(
        child=IdField(), allow_empty=False, min_length=1, max_length=2_000
    )


class CardsMoveSerializer(CardsSerializer):
    """The IDs of 1 to 2,000 cards, and the deck to move them to."""

    to = IdField(help_text=gettext_lazy("the id of the deck that they go to"))


class CardsTagSerializer(CardsSerializer):
    """The IDs of 1 to 2,000 cards, and the tags to add to and remove from all of them."""

    add = TagsField(required=False, default=list)
    remove = TagsField(required=False, default=list)


class DeckRestoreSerializer(serializers.Serializer):
    """Options for restoring a deck.

    `cards` contains the IDs of cards that a merge moved to another deck. They are moved back.
    """

    cards = serializers.ListField(child=IdField(), required=False, default=list, max_length=2_000)


class DeckMergeSerializer(serializers.Serializer):
    """The deck to merge another deck into."""

    into = IdField(help_text=gettext_lazy("the id of the deck that takes the cards"))


class DuplicatesQuerySerializer(serializers.Serializer):
    deck = serializers.UUIDField(required=False, help_text=gettext_lazy("only those of this deck"))


class DuplicateCardSerializer(CardSerializer):
    """A card in a group of duplicates, which can be in several decks."""

    def to_representation(self, card: Card) -> dict[str, Any]:
        return super().to_representation(card) | {
            "deckId": str(card.deck_id),
            "deckName": card.deck.name,
        }


class DuplicateGroupSerializer(serializers.Serializer):
    """A group of cards with the same front.

    `isExact` is true if some of them also have the same back.
    """

    frontKey = IdField(source="front_key")
    count = serializers.IntegerField(read_only=True)
    isExact = serializers.BooleanField(source="is_exact", read_only=True)
    cards = DuplicateCardSerializer(many=True, read_only=True)


class TableSerializer(serializers.Serializer):
    """A file, and how to read it if it is a table.

    `columns` contains the roles of the columns, separated by commas.
    """

    file = serializers.FileField(
        allow_empty_file=True,
        error_messages={
            "required": gettext_lazy("Send the file as `file`, in multipart/form-data.")
        },
    )
    encoding = serializers.CharField(required=False, allow_blank=True, default="")
    delimiter = serializers.CharField(
        required=False, allow_blank=True, default="", trim_whitespace=False
    )
    hasHeader = serializers.BooleanField(required=False, allow_null=True, default=None)
    columns = serializers.CharField(required=False, allow_blank=True, default="")

    def choices(self) -> Choices:
        body = self.validated_data
        columns = (
            tuple(word.strip() for word in body["columns"].split(","))
            if body["columns"].strip()
            else ()
        )
        return Choices(body["encoding"], body["delimiter"], body["hasHeader"], columns)


class ImportSerializer(TableSerializer):
    """A file to import, and the deck for its new cards.

    New cards are added to the deck `deckId`. Without it, they are added to the decks named in the
    file. Rows of a table that name no deck are added to a deck called `name` (by default, the
    file's name). `importId` is a UUID that the client creates to follow or cancel the import.
    """

    name = serializers.CharField(
        max_length=NAME_CHARACTERS, required=False, allow_blank=True, default=""
    )
    deckId = serializers.UUIDField(source="deck_id", required=False, allow_null=True, default=None)
    importId = serializers.UUIDField(
        source="import_id", required=False, allow_null=True, default=None
    )


def report_fields(report: ImportReport) -> dict[str, Any]:
    """Return the report in the form that the REST API sends."""
    totals = {what: report.total(what) for what in ("added", "updated", "unchanged")}
    return {
        "format": report.format,
        **totals,
        "decks": [_deck_fields(deck_report) for deck_report in report.decks.values()],
        "leftOut": report.left_out.as_list(),
    }


def _deck_fields(report: DeckReport) -> dict[str, Any]:
    counts = {"added": report.added, "updated": report.updated, "unchanged": report.unchanged}
    return {"id": str(report.deck.pk), "name": report.deck.name, "isNew": report.is_new, **counts}


class ExportQuerySerializer(serializers.Serializer):
    """The query parameters for an export."""

    format = serializers.ChoiceField(
        list(FORMATS),
        help_text=gettext_lazy("the file's format"),
        error_messages=dict.fromkeys(("required", "null", "invalid_choice"), CHOOSE),
    )

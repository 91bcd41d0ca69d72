"""The REST shapes of decks and cards: camelCase outside, our names inside."""

from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from flashcards.models import NAME_CHARACTERS, SIDE_CHARACTERS, TAG_CHARACTERS, Card, CardKind, Deck
from flashcards.services.tags import NO_TAG, NO_TAGS
from sessions_app.rest.fields import NO_TEXT, IdField, JSONField, TextField
from sessions_app.rest.queries import CreatedQuerySerializer

SIDES = ("front", "back")
NO_CARD = "Send each card as an object with front and back, which are texts."
TEXT_AREA = {"base_template": "textarea.html", "rows": 3}
GENERATIONS_MOST = 500
PROVENANCE = {"modelId": "model_id", "engine": "engine", "promptVersion": "prompt_version", "topic": "topic"}


class TagsField(serializers.ListField):
    """Tags as somebody sends them; services trim them and leave doubles out."""

    child = TextField(
        max_length=TAG_CHARACTERS, error_messages={"invalid": NO_TAGS, "null": NO_TAGS, "blank": NO_TAG, "max_length": NO_TAG}
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(error_messages=dict.fromkeys(("not_a_list", "null"), NO_TAGS), **kwargs)


class CardSerializer(serializers.Serializer):
    """A card: its sides, kind, tags and where it came from, and whatever other members it came with. Services check them."""

    id = serializers.UUIDField(read_only=True)
    position = serializers.IntegerField(read_only=True)
    front = TextField(style=TEXT_AREA, max_length=SIDE_CHARACTERS)
    back = TextField(style=TEXT_AREA, max_length=SIDE_CHARACTERS)
    kind = serializers.ChoiceField(CardKind.choices, required=False)
    tags = TagsField(required=False)
    sentence = TextField(required=False, allow_blank=True, max_length=SIDE_CHARACTERS)
    found = serializers.BooleanField(source="is_found", required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, QueryDict):  # a form has members of its own
            return {name: data[name] for name in ("front", "back", "kind") if name in data}
        if not isinstance(data, dict):
            raise serializers.ValidationError({"": ["Send an object with front and back."]})
        if wrong := _sides_without_text(data):
            raise serializers.ValidationError({side: [NO_TEXT] for side in wrong})
        return data

    def to_representation(self, card: Card) -> dict[str, Any]:
        own = {"id": str(card.pk), "position": card.position, "front": card.front, "back": card.back}
        return {**card.extras, **own, "kind": card.kind, "tags": card.tags, "sentence": card.sentence, "found": card.is_found}


class DeckSerializer(serializers.ModelSerializer):
    """A deck in a list. Needs rows with `card_count` and `due_count` (see DeckQuerySet)."""

    cardCount = serializers.IntegerField(source="card_count", read_only=True)  # noqa: N815 - the contract's name
    dueCount = serializers.IntegerField(source="due_count", read_only=True)  # noqa: N815
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)  # noqa: N815
    updatedAt = serializers.DateTimeField(source="updated_at", read_only=True)  # noqa: N815
    provenance = serializers.SerializerMethodField()

    class Meta:
        model = Deck
        fields = ["id", "name", "tags", "cardCount", "dueCount", "createdAt", "updatedAt", "provenance"]

    def get_provenance(self, deck: Deck) -> dict[str, Any]:
        generation = deck.generation_id and str(deck.generation_id)
        ids = {"generationId": generation, "generationIds": [str(pk) for pk in deck.generation_ids]}
        return {name: getattr(deck, column) for name, column in PROVENANCE.items()} | ids


class DeckDetailSerializer(DeckSerializer):
    """A deck with its cards and its source, which may be long."""

    cards = CardSerializer(many=True, read_only=True, source="cards.kept")

    class Meta(DeckSerializer.Meta):
        fields = [*DeckSerializer.Meta.fields, "cards"]

    def get_provenance(self, deck: Deck) -> dict[str, Any]:
        return super().get_provenance(deck) | {"source": deck.source}


class DeckChangeSerializer(serializers.Serializer):
    """What can be changed of a deck."""

    name = TextField(max_length=NAME_CHARACTERS)
    tags = TagsField()

    def to_representation(self, deck: Deck) -> Any:
        return DeckDetailSerializer(deck).data


class DecksQuerySerializer(CreatedQuerySerializer):
    """What decks to list."""

    q = serializers.CharField(required=False, allow_blank=True, help_text="words that the decks have, the first six count")
    tag = serializers.CharField(required=False, allow_blank=True, help_text="a tag that the decks have")
    modelId = serializers.CharField(source="model_id", required=False, help_text="the model that wrote them")  # noqa: N815


class CardsQuerySerializer(serializers.Serializer):
    """What cards to list."""

    q = serializers.CharField(required=False, allow_blank=True, help_text="words that the cards have, the first six count")
    tag = serializers.CharField(required=False, allow_blank=True, help_text="a tag that the cards have")
    kind = serializers.ChoiceField(CardKind.choices, required=False, allow_blank=True, help_text="the kind of the cards")


@extend_schema_field(CardSerializer(many=True))
class CardListField(JSONField):
    """A list of cards, which services check; in a form, JSON text that may be left empty."""

    def get_value(self, dictionary: Any) -> Any:
        value = super().get_value(dictionary)
        return empty if isinstance(value, str) and not value.strip() else value

    def to_internal_value(self, data: Any) -> Any:
        cards = super().to_internal_value(data)
        for number, card in enumerate(cards if isinstance(cards, list) else (), start=1):
            if not isinstance(card, dict) or _sides_without_text(card):
                raise serializers.ValidationError([f"Card {number}: {NO_CARD}"])
        return cards


class DeckCreateSerializer(serializers.Serializer):
    """Either a generation that has ended, or all those of a batch (with their cards, or with the cards as the user edited them), or a
    name and cards."""

    generationId = IdField(source="generation_id", required=False, allow_null=True)  # noqa: N815
    generationIds = serializers.ListField(  # noqa: N815
        child=IdField(), source="generation_ids", required=False, max_length=GENERATIONS_MOST
    )
    name = TextField(max_length=NAME_CHARACTERS, required=False, allow_blank=True, default="")
    cards = CardListField(required=False, allow_null=True, help_text='[{"front": "…", "back": "…"}]', initial=list)
    tags = TagsField(required=False)

    def validate(self, body: dict[str, Any]) -> dict[str, Any]:
        if not body.get("generation_id") and not body.get("generation_ids") and not body["name"]:
            raise serializers.ValidationError({"name": ["Give a name, or the generationId of a finished generation."]})
        return body


def _sides_without_text(card: dict[str, Any]) -> list[str]:
    """Models write numbers where text is meant, and the parser of their answers takes them; a client has no such excuse."""
    return [side for side in SIDES if not isinstance(card.get(side, ""), str)]

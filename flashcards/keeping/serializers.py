"""The REST shapes of the bin, of many cards at once, and of duplicates."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from rest_framework import serializers

from flashcards.models import Card
from flashcards.serializers import CardSerializer, TagsField
from sessions_app.rest.fields import IdField


class BinnedSerializer(serializers.Serializer):
    """What all have that lie in the bin: since when, and until when they can be restored."""

    id = serializers.UUIDField(read_only=True)
    deletedAt = serializers.DateTimeField(source="deleted_at", read_only=True)  # noqa: N815 - the contract's names
    goneAt = serializers.SerializerMethodField()  # noqa: N815

    def get_goneAt(self, row: Any) -> Any:  # noqa: N802
        return serializers.DateTimeField().to_representation(row.deleted_at + timedelta(days=settings.BIN_DAYS))


class BinnedDeckSerializer(BinnedSerializer):
    name = serializers.CharField(read_only=True)
    cardCount = serializers.IntegerField(source="card_count", read_only=True)  # noqa: N815


class BinnedCardSerializer(BinnedSerializer):
    front = serializers.CharField(read_only=True)
    back = serializers.CharField(read_only=True)
    deckId = serializers.UUIDField(source="deck_id", read_only=True)  # noqa: N815
    deckName = serializers.CharField(source="deck.name", read_only=True)  # noqa: N815


class CardsSerializer(serializers.Serializer):
    """Many cards; services check that they are there."""

    cards = serializers.ListField(child=IdField(), allow_empty=False, min_length=1, max_length=2_000)


class CardsMoveSerializer(CardsSerializer):
    to = IdField(help_text="the id of the deck that they go to")


class CardsTagSerializer(CardsSerializer):
    add = TagsField(required=False, default=list)
    remove = TagsField(required=False, default=list)


class DeckRestoreSerializer(serializers.Serializer):
    """`cards`: those that a merge took into another deck, to come back with this one."""

    cards = serializers.ListField(child=IdField(), required=False, default=list, max_length=2_000)


class DeckMergeSerializer(serializers.Serializer):
    into = IdField(help_text="the id of the deck that takes the cards")


class DuplicatesQuerySerializer(serializers.Serializer):
    deck = serializers.UUIDField(required=False, help_text="only those of this deck")


class TwinCardSerializer(CardSerializer):
    """A card among its duplicates, which may lie in several decks."""

    def to_representation(self, card: Card) -> dict[str, Any]:
        return super().to_representation(card) | {"deckId": str(card.deck_id), "deckName": card.deck.name}


class TwinsSerializer(serializers.Serializer):
    """Cards with the same front. `isExact`: some have the same back, too."""

    frontKey = IdField(source="front_key")  # noqa: N815
    count = serializers.IntegerField(read_only=True)
    isExact = serializers.BooleanField(source="is_exact", read_only=True)  # noqa: N815
    cards = TwinCardSerializer(many=True, read_only=True)

"""Serializers for unsaved cards."""

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext, gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from flashcards.api.serializers import MAX_GENERATIONS, CardListField
from flashcards.models import DraftBatch
from flashcards.models.drafts import TOPIC_CHARACTERS
from sessions_app.rest.fields import IdField, JSONField, TextField, WholeNumberField

MAX_VERSION = 2_147_483_646


@extend_schema_field({"type": "object", "additionalProperties": True})
class RecordField(JSONField):
    """Any JSON object."""

    default_error_messages: ClassVar = {"invalid": gettext_lazy("Send this as an object.")}

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        if not isinstance(value, dict):
            raise serializers.ValidationError([gettext("Send this as an object.")])
        return value


class DraftSerializer(serializers.ModelSerializer):
    """Unsaved cards in a list."""

    cardCount = serializers.IntegerField(source="card_count", read_only=True)
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    updatedAt = serializers.DateTimeField(source="updated_at", read_only=True)
    expiresAt = serializers.SerializerMethodField()

    class Meta:
        model = DraftBatch
        fields = ["id", "topic", "cardCount", "version", "createdAt", "updatedAt", "expiresAt"]

    def get_expiresAt(self, draft: DraftBatch) -> Any:  # noqa: N802
        expires_at = draft.updated_at + timedelta(days=settings.DRAFT_RETENTION_DAYS)
        return serializers.DateTimeField().to_representation(expires_at)


class DraftDetailSerializer(DraftSerializer):
    """Unsaved cards with what the page needs to continue them."""

    generationIds = serializers.ListField(
        child=serializers.UUIDField(), source="generation_ids", read_only=True
    )

    class Meta(DraftSerializer.Meta):
        fields = [*DraftSerializer.Meta.fields, "cards", "generationIds", "record"]


class DraftStoreSerializer(serializers.Serializer):
    """Unsaved cards to store.

    `version` is the version that they replace, or 0 to create them. `record` is any object with
    which the client continues the cards later. Its list `dropped` contains the IDs or fronts of
    cards that were discarded. Its object `fates` has the same fields as `fates` in a request that
    saves a deck. It is read when the draft is discarded.
    """

    version = WholeNumberField(min_value=0, max_value=MAX_VERSION)
    topic = TextField(max_length=TOPIC_CHARACTERS, required=False, allow_blank=True, default="")
    cards = CardListField(required=False, default=list)
    generationIds = serializers.ListField(
        child=IdField(),
        source="generation_ids",
        required=False,
        default=list,
        max_length=MAX_GENERATIONS,
    )
    record = RecordField(required=False, default=dict)

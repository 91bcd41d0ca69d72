"""The REST shapes of imports."""

from typing import Any

from rest_framework import serializers

from flashcards.imports.tables import Choices
from flashcards.models import NAME_CHARACTERS
from flashcards.services.imports import DeckReport, ImportReport


class TableSerializer(serializers.Serializer):
    """A file, and how it is to be read when it is a table. Columns are roles with commas between them."""

    file = serializers.FileField(allow_empty_file=True, error_messages={"required": "Send the file as `file`, in multipart/form-data."})
    encoding = serializers.CharField(required=False, allow_blank=True, default="")
    delimiter = serializers.CharField(required=False, allow_blank=True, default="", trim_whitespace=False)
    hasHeader = serializers.BooleanField(required=False, allow_null=True, default=None)  # noqa: N815 - the contract's case
    columns = serializers.CharField(required=False, allow_blank=True, default="")

    def choices(self) -> Choices:
        body = self.validated_data
        columns = tuple(word.strip() for word in body["columns"].split(",")) if body["columns"].strip() else ()
        return Choices(body["encoding"], body["delimiter"], body["hasHeader"], columns)


class ImportSerializer(TableSerializer):
    """`deckId` is the deck that new cards go to, `name` that of a new one; neither: as the file says. `importId` is a UUID of the
    client's, under which it may look how far the import is."""

    name = serializers.CharField(max_length=NAME_CHARACTERS, required=False, allow_blank=True, default="")
    deckId = serializers.UUIDField(source="deck_id", required=False, allow_null=True, default=None)  # noqa: N815
    importId = serializers.UUIDField(source="import_id", required=False, allow_null=True, default=None)  # noqa: N815


def report_members(report: ImportReport) -> dict[str, Any]:
    """As REST answers it."""
    totals = {what: report.total(what) for what in ("added", "updated", "unchanged")}
    return {
        "format": report.format,
        **totals,
        "decks": [_deck_members(one) for one in report.decks.values()],
        "leftOut": report.left_out.as_list(),
    }


def _deck_members(report: DeckReport) -> dict[str, Any]:
    counts = {"added": report.added, "updated": report.updated, "unchanged": report.unchanged}
    return {"id": str(report.deck.pk), "name": report.deck.name, "isNew": report.is_new, **counts}

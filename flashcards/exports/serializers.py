from rest_framework import serializers

from flashcards.exports.formats import CHOOSE, FORMATS


class ExportQuerySerializer(serializers.Serializer):
    """Which format the file shall have."""

    format = serializers.ChoiceField(
        list(FORMATS), help_text="the file's format", error_messages=dict.fromkeys(("required", "null", "invalid_choice"), CHOOSE)
    )

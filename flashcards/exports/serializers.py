from rest_framework import serializers

from flashcards.exports.formats import FORMATS


class ExportQuerySerializer(serializers.Serializer):
    """Which format the file shall have."""

    format = serializers.ChoiceField(list(FORMATS), help_text="the file's format")

"""Fields of request bodies and query parameters that only accept the documented JSON types.

DRF's fields also accept numbers as text, digits as numbers, and numbers as UUIDs. In forms, all
values are text.
"""

from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.utils.html import is_html_input

from sessions_app.json_text import InvalidJSON, load_json

NO_TEXT = gettext_lazy("Send this as text.")


class _Typed:
    """Mixin for a DRF field that only accepts the types in `json_types`.

    Other types are rejected with the field's `invalid` message.
    """

    json_types: ClassVar[tuple[type, ...]] = (str,)
    root: Any

    def to_internal_value(self, data: Any) -> Any:
        is_text_of_form = isinstance(data, str) and is_html_input(self.root.initial_data)
        # Do not use isinstance, because bool is a subclass of int.
        if not is_text_of_form and type(data) not in self.json_types:
            self.fail("invalid")  # type: ignore[attr-defined] # defined by the field
        return super().to_internal_value(data)  # type: ignore[misc]


class TextField(_Typed, serializers.CharField):
    """Text."""

    default_error_messages: ClassVar = {"invalid": NO_TEXT}


class UsernameField(TextField):
    """A username, normalized (NFKC) as on the pages for signing in and signing up."""

    def to_internal_value(self, data: Any) -> str:
        name: str = super().to_internal_value(data)
        if self.max_length is not None and len(name) > self.max_length:
            # It is rejected later. Normalizing a very long name would take too much time.
            return name
        return get_user_model().normalize_username(name)


class JSONField(serializers.JSONField):
    """Any JSON value; in a form, its JSON text."""

    def to_internal_value(self, data: Any) -> Any:
        if not getattr(data, "is_json_string", False):
            return data  # already parsed with the body
        try:
            return load_json(data)
        except InvalidJSON as error:
            raise serializers.ValidationError([error.message]) from None


class IdField(_Typed, serializers.UUIDField):
    """A UUID as text."""

    default_error_messages: ClassVar = {"invalid": gettext_lazy("Send this as a UUID.")}


class WholeNumberField(_Typed, serializers.IntegerField):
    """A whole number; as in JSON Schema, 5.0 is one too."""

    json_types = (int, float)
    default_error_messages: ClassVar = {"invalid": gettext_lazy("Send this as a whole number.")}


class NumberField(_Typed, serializers.FloatField):
    """A number."""

    json_types = (int, float)
    default_error_messages: ClassVar = {"invalid": gettext_lazy("Send this as a number.")}


class CreatedQuerySerializer(serializers.Serializer):
    """Query parameters that select rows by the time of their creation.

    Here and in subclasses, the `source` of each field is a lookup for the queryset.
    """

    createdFrom = serializers.DateTimeField(
        source="created_at__gte",
        required=False,
        help_text=gettext_lazy("made at this time or later"),
    )
    createdTo = serializers.DateTimeField(
        source="created_at__lt", required=False, help_text=gettext_lazy("made before this time")
    )


def validated_query(
    kind: type[serializers.Serializer], request: Request | HttpRequest
) -> dict[str, Any]:
    """Return the validated query parameters that are present or have a default.

    Empty parameters count as present. Raise DRF's ValidationError, which names invalid parameters.
    """
    query = kind(data=request.GET.dict())
    query.is_valid(raise_exception=True)
    return dict(query.validated_data)

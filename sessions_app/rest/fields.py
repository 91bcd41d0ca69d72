"""Fields of request bodies and query parameters that accept exactly what the OpenAPI document says.

DRF's own fields accept a number for text, digits for a number, and a number for a UUID. In a form
everything is text.
"""

from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.utils.html import is_html_input

from sessions_app.json_text import InvalidJSON, load_json

NO_TEXT = "Send this as text."


class _Typed:
    """Beside a field of DRF's: refuses other types of JSON than `json_types` with the field's own
    `invalid`.
    """

    json_types: ClassVar[tuple[type, ...]] = (str,)
    root: Any

    def to_internal_value(self, data: Any) -> Any:
        is_text_of_form = isinstance(data, str) and is_html_input(self.root.initial_data)
        # a bool is an int to isinstance
        if not is_text_of_form and type(data) not in self.json_types:
            self.fail("invalid")  # type: ignore[attr-defined] # of the field beside it
        return super().to_internal_value(data)  # type: ignore[misc]


class TextField(_Typed, serializers.CharField):
    """Text."""

    default_error_messages: ClassVar = {"invalid": NO_TEXT}


class UsernameField(TextField):
    """A username in the form in which Django stores it (NFKC), as the sign-in and sign-up pages
    normalize it.
    """

    def to_internal_value(self, data: Any) -> str:
        name: str = super().to_internal_value(data)
        if self.max_length is not None and len(name) > self.max_length:
            # refused afterwards; normalizing it would take long and cannot make it shorter
            return name
        return get_user_model().normalize_username(name)


class JSONField(serializers.JSONField):
    """Any JSON; in a form, a text that holds it."""

    def to_internal_value(self, data: Any) -> Any:
        if not getattr(data, "is_json_string", False):
            return data  # the parser of the body has read it
        try:
            return load_json(data)
        except InvalidJSON as error:
            raise serializers.ValidationError([error.message]) from None


class IdField(_Typed, serializers.UUIDField):
    """A UUID, written as text."""

    default_error_messages: ClassVar = {"invalid": "Send this as a UUID."}


class WholeNumberField(_Typed, serializers.IntegerField):
    """A whole number; 5.0 is one, as in JSON Schema."""

    json_types = (int, float)
    default_error_messages: ClassVar = {"invalid": "Send this as a whole number."}


class NumberField(_Typed, serializers.FloatField):
    """A number."""

    json_types = (int, float)
    default_error_messages: ClassVar = {"invalid": "Send this as a number."}


class CreatedQuerySerializer(serializers.Serializer):
    """From when, and until before when.

    Here and in those made of it, what stands in `source` is a lookup of the rows.
    """

    createdFrom = serializers.DateTimeField(
        source="created_at__gte", required=False, help_text="made at this time or later"
    )
    createdTo = serializers.DateTimeField(
        source="created_at__lt", required=False, help_text="made before this time"
    )


def validated_query(
    kind: type[serializers.Serializer], request: Request | HttpRequest
) -> dict[str, Any]:
    """The members that are there, checked; an empty one is there.

    Raises DRF's ValidationError, which names the wrong ones.
    """
    query = kind(data=request.GET.dict())
    query.is_valid(raise_exception=True)
    return dict(query.validated_data)

"""What callers ask of a list: read by a serializer, which refuses wrong values by their names."""

from typing import Any

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.request import Request


class CreatedQuerySerializer(serializers.Serializer):
    """From when, and until before when. Here and in those made of it, what stands in `source` is a lookup of the rows."""

    createdFrom = serializers.DateTimeField(source="created_at__gte", required=False, help_text="made at this time or later")  # noqa: N815
    createdTo = serializers.DateTimeField(source="created_at__lt", required=False, help_text="made before this time")  # noqa: N815


def query_of(kind: type[serializers.Serializer], request: Request | HttpRequest) -> dict[str, Any]:
    """The members that are there, checked; an empty one is there. Raises DRF's ValidationError, which names the wrong ones."""
    query = kind(data=request.GET.dict())
    query.is_valid(raise_exception=True)
    return dict(query.validated_data)

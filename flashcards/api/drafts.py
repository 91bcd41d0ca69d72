"""The REST API for unsaved cards."""

from typing import Any
from uuid import UUID

from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from flashcards.api import draft_openapi
from flashcards.api.draft_serializers import (
    DraftDetailSerializer,
    DraftSerializer,
    DraftStoreSerializer,
)
from flashcards.api.pagination import DraftPages
from flashcards.services import drafts


class DraftsView(generics.ListAPIView):
    """Your sets of unsaved cards, newest first."""

    schema = draft_openapi.drafts
    serializer_class = DraftSerializer
    pagination_class = DraftPages

    def get_queryset(self) -> Any:
        return drafts.drafts_for_user(self.request.user)

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        drafts.add_late_cards(self.request.user, page)
        return page


class DraftView(APIView):
    """A set of unsaved cards.

    - GET returns the cards and the record.
    - PUT `{version, topic, cards, generationIds, record}` creates or replaces it.
    - DELETE discards it.
    """

    schema = draft_openapi.draft

    def get(self, request: Request, draft_id: UUID) -> Response:
        draft = drafts.draft_for_user(user=request.user, draft_id=draft_id)
        return Response(DraftDetailSerializer(draft).data)

    def put(self, request: Request, draft_id: UUID) -> Response:
        body = DraftStoreSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        draft, is_new = drafts.draft_store(
            user=request.user, draft_id=draft_id, **body.validated_data
        )
        response = Response(DraftSerializer(draft).data)
        if is_new:
            response.status_code = status.HTTP_201_CREATED
            response["Location"] = reverse("api-draft", args=[draft_id], request=request)
        return response

    def delete(self, request: Request, draft_id: UUID) -> Response:
        drafts.draft_discard(user=request.user, draft_id=draft_id)
        return Response(status=status.HTTP_204_NO_CONTENT)

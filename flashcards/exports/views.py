"""A deck as a file, over REST."""

from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from flashcards.exports import described
from flashcards.exports.formats import deck_export
from flashcards.exports.serializers import ExportQuerySerializer
from flashcards.services import decks
from sessions_app.rest.downloads import download
from sessions_app.rest.queries import query_of
from sessions_app.rest.renderers import JSONRenderer


class ErrorsInJson(BaseContentNegotiation):
    """`format` names the file's format here, not that of an error."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return None


class ExportView(APIView):
    """GET `?format=…`, one of `FORMATS`: the deck as a file."""

    schema = described.export
    content_negotiation_class = ErrorsInJson
    renderer_classes = [JSONRenderer]

    def get(self, request: Request, deck_id: str) -> StreamingHttpResponse:
        deck = decks.deck_for_user(user=request.user, deck_id=deck_id)
        format = query_of(ExportQuerySerializer, request)["format"]
        export = deck_export(deck=deck, cards=list(deck.cards.kept()), format=format)
        return download(export.pieces, file_name=export.file_name, content_type=export.content_type)

"""The REST API for previewing, importing and exporting files of cards."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils.translation import gettext
from rest_framework import generics, status
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flashcards.api import openapi
from flashcards.api.serializers import (
    ExportQuerySerializer,
    ImportSerializer,
    TableSerializer,
    report_fields,
)
from flashcards.formats.detect import name_of, preview_file, read_file
from flashcards.formats.limits import Limits, Progress
from flashcards.formats.registry import deck_export
from flashcards.parsing.cards import clean, trim
from flashcards.services import decks
from flashcards.services.imports import ImportProgress, import_save
from sessions_app.exceptions import NotFound
from sessions_app.rest.fields import validated_query
from sessions_app.rest.renderers import JSONRenderer
from sessions_app.rest.streaming import download

FORM_BYTES = 2**16  # allowance for the parts of a multipart body around the file


def limits() -> Limits:
    """Return the limits of this server for imports."""
    return Limits(settings.IMPORT_MAX_MEGABYTES * 2**20, settings.IMPORT_MAX_CARDS)


class FileView(generics.GenericAPIView):
    """A view that receives a file and rejects one that is too large before reading it."""

    parser_classes = [MultiPartParser]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        with suppress(ValueError):
            limits().check_file(int(request.META.get("CONTENT_LENGTH") or 0) - FORM_BYTES)


class PreviewView(FileView):
    """POST a file to get its format, without saving anything.

    For a table, the response also contains how it would be read, and its first rows.
    """

    schema = openapi.preview
    serializer_class = TableSerializer

    def post(self, request: Request) -> Response:
        body = TableSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(preview_file(body.validated_data["file"], body.choices(), limits()))


class ImportsView(FileView):
    """POST a file to save its cards in decks.

    If the import fails, nothing is saved.
    """

    schema = openapi.imports
    serializer_class = ImportSerializer

    def post(self, request: Request) -> Response:
        body = ImportSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        report = _imported(request.user, body)
        return Response(report_fields(report), status=status.HTTP_201_CREATED)


class ImportView(APIView):
    """A running import, identified by the `importId` that was sent with the file.

    - GET returns `{phase, done, total}`.
    - DELETE cancels the import. Nothing is saved unless the import has already finished.
    """

    schema = openapi.one_import

    def get(self, request: Request, import_id: UUID) -> Response:
        seen = ImportProgress(request.user, import_id).seen()
        if seen is None:
            raise NotFound(gettext("There is no import on its way with this id."))
        return Response(seen)

    def delete(self, request: Request, import_id: UUID) -> Response:
        ImportProgress(request.user, import_id).cancel()
        return Response(status=status.HTTP_204_NO_CONTENT)


def _imported(user: Any, body: ImportSerializer) -> Any:
    wanted = body.validated_data
    file = wanted["file"]
    progress = Progress(settings.IMPORT_TIME_LIMIT)
    if wanted["import_id"]:
        progress = Progress(
            settings.IMPORT_TIME_LIMIT, ImportProgress(user, wanted["import_id"]).listen
        )
    reading = read_file(file, file.name or "", body.choices(), limits(), progress)
    name = trim(clean(wanted["name"])) or name_of(file.name or "")
    return import_save(
        user=user, reading=reading, name=name, deck_id=wanted["deck_id"], progress=progress
    )


class JSONErrorNegotiation(BaseContentNegotiation):
    """Content negotiation that ignores `?format=`.

    Here, `?format=` selects the format of the exported file, not the format of errors.
    """

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return None


class ExportView(APIView):
    """GET `?format=…` returns a deck as a file in this format."""

    schema = openapi.export
    content_negotiation_class = JSONErrorNegotiation
    renderer_classes = [JSONRenderer]

    def get(self, request: Request, deck_id: str) -> StreamingHttpResponse:
        deck = decks.deck_for_user(user=request.user, deck_id=deck_id)
        format = validated_query(ExportQuerySerializer, request)["format"]
        export = deck_export(deck=deck, cards=list(deck.cards.kept()), format=format)
        return download(export.pieces, file_name=export.file_name, content_type=export.content_type)

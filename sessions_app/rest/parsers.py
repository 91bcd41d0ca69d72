"""Parsers of request bodies."""

from typing import Any

from rest_framework import parsers

from sessions_app.json_text import load_json


class JSONParser(parsers.JSONParser):
    """Parses JSON with `load_json`.

    The `charset` parameter of the media type has no effect (RFC 8259, section 11).
    """

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return load_json(stream.read())

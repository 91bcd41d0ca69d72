"""How request bodies are read."""

from typing import Any

from rest_framework import parsers

from sessions_app.json_text import load_json


class JSONParser(parsers.JSONParser):
    """Parse JSON with `load_json`.

    A `charset` of its media type has no effect (RFC 8259, section 11).
    """

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return load_json(stream.read())

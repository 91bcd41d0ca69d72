"""Parsing of JSON from clients.

Text that makes the standard library fail (deep nesting, very long integers) and values that it
accepts although they are not JSON or exceed a double (NaN, 1e999) are rejected with a message.
"""

import json
import math
from typing import Any

from django.utils.translation import gettext

from sessions_app.exceptions import Invalid
from sessions_app.protocol.codec import is_too_deep, too_deep_message


class InvalidJSON(Invalid):
    """The text is not JSON, or is JSON that cannot be stored or sent back to the client."""

    code = "invalid_json"


def load_json(text: str | bytes) -> Any:
    """Return the value of a JSON text (RFC 8259).

    Bytes can be UTF-8, UTF-16 or UTF-32; the encoding is detected. Raise InvalidJSON if the text is
    not JSON, has more than LEVELS levels of nesting, or has numbers beyond the range of a double.
    """
    try:
        value = json.loads(
            text, parse_int=_parse_int, parse_float=_parse_float, parse_constant=_reject_constant
        )
    except json.JSONDecodeError as error:
        raise InvalidJSON(
            gettext("Send valid JSON: line %(line)d, column %(column)d cannot be read.")
            % {"line": error.lineno, "column": error.colno}
        ) from None
    except UnicodeDecodeError:
        raise InvalidJSON(gettext("Encode the JSON as UTF-8.")) from None
    except RecursionError:
        raise InvalidJSON(too_deep_message()) from None
    if is_too_deep(value):
        raise InvalidJSON(too_deep_message())
    return value


def _parse_int(digits: str) -> int:
    return int(_in_range(digits))


def _parse_float(digits: str) -> float:
    return float(_in_range(digits))


def _in_range(digits: str) -> str:
    if math.isfinite(float(digits)):
        return digits
    raise InvalidJSON(gettext("Use numbers between -1.7e308 and 1.7e308."))


def _reject_constant(name: str) -> None:
    raise InvalidJSON(gettext("Use a number or null instead of %(name)s.") % {"name": name})

"""Times in recorded texts: SQL, JSON, and the signed values in them.

A recording contains times around a fixed date. Each test moves them to the present, so that
everything has the same age as at the time of the recording.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import jwt
from django.core import signing

FIXED_DATE = datetime(2025, 1, 1, 12, tzinfo=UTC)
ISO = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d)([ T])(\d\d:\d\d:\d\d)(\.\d+)?(?!\d)")
HOUR_KEY = re.compile(r"(?<=hits:)\d{4}-\d\d-\d\dT\d\d(?!:)")
# JavaScript writes milliseconds since 1970, and the rate limits write microseconds.
MILLISECONDS = re.compile(r"(?<![\w.-])(0*)(1[6-9]\d{11})(?!\d)")
MICROSECONDS = re.compile(r"(?<![\w.-])()(1[6-9]\d{14})(?!\d)")
TOKEN = re.compile(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+")
SIGNED = re.compile(r"\.?[\w-]{20,}:\w{6}:[\w-]{43}(?![\w-])")
SALTS = ("sessions_app.ticket", "django.contrib.sessions.SessionStore")


def move_times(text: str, offset: timedelta, key: str) -> str:
    """Return the text with all times moved by `offset`, which is a whole number of seconds.

    `key` is the secret key that signed the tokens in the text.
    """
    text = ISO.sub(lambda match: _move_iso(match, offset), text)
    text = HOUR_KEY.sub(
        lambda match: f"{datetime.fromisoformat(match[0]) + offset:%Y-%m-%dT%H}", text
    )
    text = MILLISECONDS.sub(_adder(offset // timedelta(milliseconds=1)), text)
    text = MICROSECONDS.sub(_adder(offset // timedelta(microseconds=1)), text)
    return TOKEN.sub(lambda match: _move_token(match[0], offset, key), text)


def sign_at_fixed_date(text: str, key: str) -> str:
    """Return the text with sign-ins and tickets signed again, as if at FIXED_DATE.

    The time in their signatures is not used.
    """
    return SIGNED.sub(lambda match: _sign_at_fixed_date(match[0], key), text)


def _move_iso(match: re.Match[str], offset: timedelta) -> str:
    date, separator, time, fraction = match.groups()
    moved = datetime.fromisoformat(f"{date}T{time}") + offset
    # Shifts are whole seconds, so the fraction keeps its number of digits.
    return f"{moved:%Y-%m-%d}{separator}{moved:%H:%M:%S}{fraction or ''}"


def _adder(count: int) -> Callable[[re.Match[str]], str]:
    return lambda match: f"{match[1]}{int(match[2]) + count}"


def _move_token(token: str, offset: timedelta, key: str) -> str:
    """Return the token with its times moved.

    Tokens that were not signed by the key raise an error, so that a mistake in a recording is
    noticed.
    """
    claims = jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": False})
    seconds = round(offset.total_seconds())
    moved_claims = {name: claims[name] + seconds for name in ("iat", "exp") if name in claims}
    return jwt.encode(claims | moved_claims, key, algorithm="HS256")


class _FixedSigner(signing.TimestampSigner):
    def timestamp(self) -> str:
        return signing.b62_encode(int(FIXED_DATE.timestamp()))


def _sign_at_fixed_date(value: str, key: str) -> str:
    for salt in SALTS:
        signer = _FixedSigner(key=key, salt=salt)
        try:
            return signer.sign(signer.unsign(value))
        except signing.BadSignature:
            continue
    return value

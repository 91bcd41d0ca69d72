"""Rules between settings, each said in words at the start of `manage.py` and in `make check`."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

TAG = "settings"  # the commands that start processes run these checks alone


@register(TAG)
def times_fit_together(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """What is renewed must be renewed before it runs out."""
    rules = [
        (
            settings.SESSION_IDLE_SECONDS >= settings.SESSION_TOUCH_SECONDS,
            "MINDFLIP_SESSION_TOUCH_SECONDS is longer than MINDFLIP_SESSION_IDLE_SECONDS: sessions in use would expire. Make it shorter.",
            "mindflip.E001",
        ),
        (
            settings.LEASE_GRACE_SECONDS < settings.LEASE_SECONDS,
            "MINDFLIP_LEASE_GRACE_SECONDS must be shorter than MINDFLIP_LEASE_SECONDS: else a dropped engine is never noticed sooner.",
            "mindflip.E002",
        ),
    ]
    return [Error(sentence, id=code) for holds, sentence, code in rules if not holds]


@register(TAG)
def sizes_fit_together(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A response carries cards and is the largest message."""
    rules = [
        (
            settings.RESPONSE_BYTES >= settings.MESSAGE_BYTES,
            "MINDFLIP_RESPONSE_BYTES is below MINDFLIP_MESSAGE_BYTES: responses are the largest messages. Raise it.",
            "mindflip.E003",
        ),
        (
            settings.SOCKET_BURST >= settings.SOCKET_RATE,
            "MINDFLIP_SOCKET_BURST is below MINDFLIP_SOCKET_RATE: the rate could never be reached. Raise the burst or lower the rate.",
            "mindflip.E004",
        ),
    ]
    return [Error(sentence, id=code) for holds, sentence, code in rules if not holds]


@register(TAG)
def others_can_come_in(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Listening to the network without naming hosts answers every visitor with 400."""
    if settings.IS_PRIVATE and settings.BIND not in {"127.0.0.1", "::1", "localhost"}:
        sentence = f"MINDFLIP_BIND is {settings.BIND}, but only this machine is let in: name this server's host names in MINDFLIP_HOSTS."
        return [Warning(sentence, id="mindflip.W001")]
    return []

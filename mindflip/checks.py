"""System checks for settings that depend on each other, on the disk or on the deployment."""

from collections.abc import Callable, Sequence
from tempfile import TemporaryFile
from typing import Any, NamedTuple

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from mindflip import env

TAG = "settings"  # `run` and `serve` run only the checks with this tag
DAY_SECONDS = 86_400


class Rule(NamedTuple):
    """A condition on several settings, with the message that is shown if it is not met."""

    code: str
    is_met: Callable[[], bool]
    message: str


RULES = (
    # Renewals must happen before the deadline that they extend.
    Rule(
        "mindflip.E001",
        lambda: settings.SESSION_IDLE_SECONDS >= settings.SESSION_ACTIVITY_INTERVAL,
        "MINDFLIP_SESSION_ACTIVITY_INTERVAL is longer than MINDFLIP_SESSION_IDLE_SECONDS: sessions"
        " in use would expire. Make it shorter.",
    ),
    Rule(
        "mindflip.E002",
        lambda: settings.LEASE_GRACE_SECONDS < settings.LEASE_SECONDS,
        "MINDFLIP_LEASE_GRACE_SECONDS must be shorter than MINDFLIP_LEASE_SECONDS: else a dropped"
        " engine is never noticed sooner.",
    ),
    Rule(
        "mindflip.E006",
        lambda: settings.HEARTBEAT_SECONDS < settings.ENGINE_TIMEOUT_SECONDS,
        "MINDFLIP_ENGINE_TIMEOUT_SECONDS must be longer than MINDFLIP_HEARTBEAT_SECONDS: else"
        " engines would count as gone in between.",
    ),
    # A time limit must be shorter than the one that it must fit into.
    Rule(
        "mindflip.E005",
        lambda: settings.SHUTDOWN_DELAY < settings.SHUTDOWN_TIMEOUT,
        "MINDFLIP_SHUTDOWN_DELAY must be shorter than MINDFLIP_SHUTDOWN_TIMEOUT: else no time is"
        " left to send the sockets away.",
    ),
    Rule(
        "mindflip.E008",
        lambda: settings.IMPORT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT,
        f"MINDFLIP_IMPORT_TIME_LIMIT must be below {settings.CELERY_TASK_TIME_LIMIT}, after which"
        " any task is ended. Make it shorter.",
    ),
    # Account deletion finds cached results by the keys in generation rows.
    Rule(
        "mindflip.E011",
        lambda: settings.RESULT_CACHE_SECONDS <= settings.SESSION_RETENTION_DAYS * DAY_SECONDS,
        "MINDFLIP_RESULT_CACHE_SECONDS is longer than MINDFLIP_SESSION_RETENTION_DAYS: results"
        " would outlive what an erasure finds them by. Make it shorter.",
    ),
    # A response contains cards, so it is the largest kind of message.
    Rule(
        "mindflip.E003",
        lambda: settings.RESPONSE_MAX_BYTES >= settings.MESSAGE_MAX_BYTES,
        "MINDFLIP_RESPONSE_MAX_BYTES is below MINDFLIP_MESSAGE_MAX_BYTES: responses are the largest"
        " messages. Raise it.",
    ),
    Rule(
        "mindflip.E004",
        lambda: settings.SOCKET_BURST >= settings.SOCKET_RATE,
        "MINDFLIP_SOCKET_BURST is below MINDFLIP_SOCKET_RATE: the rate could never be reached."
        " Raise the burst or lower the rate.",
    ),
    Rule(
        "mindflip.E007",
        lambda: settings.WORKER_METRICS_PORT != settings.PORT,
        "MINDFLIP_WORKER_METRICS_PORT is MINDFLIP_PORT: give the worker's metrics a port of their"
        " own.",
    ),
)


@register(TAG)
def check_setting_rules(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Return an error for each of the RULES that is not met."""
    return [Error(rule.message, id=rule.code) for rule in RULES if not rule.is_met()]


@register(TAG)
def check_secrets(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Return an error if debug pages would be public.

    They show settings and variables to everyone who causes an error.
    """
    if settings.DEBUG and not settings.IS_PRIVATE:
        message = (
            "MINDFLIP_DEBUG is on while MINDFLIP_ALLOWED_HOSTS lets others in: debug pages would"
            " show them everything. Turn it off."
        )
        return [Error(message, id="mindflip.E009")]
    return []


@register(TAG)
def check_folders(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Return an error if MINDFLIP_DATA_DIR is not writable.

    A run stores its data there, and beat stores its schedule there.
    """
    if not settings.DATA_DIR.is_dir():
        return []  # the folder is created when it is first needed
    try:
        TemporaryFile(dir=settings.DATA_DIR).close()
    except OSError as error:
        message = (
            f"The folder {settings.DATA_DIR} (MINDFLIP_DATA_DIR) cannot be written"
            f" ({error.strerror}): give it to this user, or name another."
        )
        return [Error(message, id="mindflip.E010")]
    return []


@register(TAG)
def check_bind_without_hosts(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Return a warning if the server listens on the network but no host names are set.

    Requests from other machines would get 400.
    """
    if settings.IS_PRIVATE and settings.BIND not in {"127.0.0.1", "::1", "localhost"}:
        message = (
            f"MINDFLIP_BIND is {settings.BIND}, but only this machine is let in: name this server's"
            " host names in MINDFLIP_ALLOWED_HOSTS."
        )
        return [Warning(message, id="mindflip.W001")]
    return []


@register(TAG)
def check_renamed_variables(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Return a warning for each variable that is set under its old name.

    Old names are accepted for one release.
    """
    return [Warning(message, id="mindflip.W002") for message in env.renamed_in_use()]

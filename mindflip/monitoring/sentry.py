"""Error reports to Sentry, or whatever speaks its language: what failed and where, never what it
was about.

This module is imported only when SENTRY_DSN is set. No bodies, queries, headers, cookies, users,
local variables or breadcrumbs leave; of what does, each text goes through
`mindflip.monitoring.logging.redact`.
"""

from typing import Any

import sentry_sdk
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.types import Event

from mindflip.monitoring.logging import redact
from sessions_app import log_context

_DROPPED = ("breadcrumbs", "extra", "user", "server_name", "modules")


def init(dsn: str) -> None:
    """Report what is logged as an error, and what nobody caught, from now on."""
    sentry_sdk.init(
        dsn,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=redact_event,
        auto_enabling_integrations=False,
        auto_session_tracking=False,
        send_client_reports=False,
        integrations=[
            DjangoIntegration(middleware_spans=False, signals_spans=False),
            CeleryIntegration(),
        ],
    )


def redact_event(event: Event, hint: dict[str, Any]) -> Event:
    """The event with nothing in it that is not for strangers, and with the ids under which the logs
    tell more.
    """
    report: dict[str, Any] = {name: value for name, value in event.items() if name not in _DROPPED}
    request = report.pop("request", {})
    report["request"] = {
        "method": request.get("method", ""),
        "url": request.get("url", "").partition("?")[0],
    }
    report["tags"] = {
        **report.get("tags", {}),
        **{name: str(value) for name, value in log_context.bound().items()},
    }
    return _hidden(report)


def _hidden(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {name: _hidden(item) for name, item in value.items()}
    return [_hidden(item) for item in value] if isinstance(value, list | tuple) else value

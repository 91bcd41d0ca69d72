"""Error reports to Sentry or a compatible service, without the users' content.

This module is imported only if SENTRY_DSN is set. Reports contain no bodies, queries, headers,
cookies, users, local variables or breadcrumbs. All strings in them are passed through
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
    """Start reporting logged errors and uncaught exceptions."""
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
    """Return the event without private data, and with the IDs that lead to its log lines."""
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

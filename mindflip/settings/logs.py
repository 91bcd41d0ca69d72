"""What is logged, and how."""

import logging

from mindflip import env, spelling
from mindflip.settings.doors import IS_PRIVATE

LOG_LEVEL = env.choice("MINDFLIP_LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"], "how much is logged")
LOG_FORMAT = env.choice(
    "MINDFLIP_LOG_FORMAT",
    "line" if IS_PRIVATE else "json",
    ["line", "json"],
    "line: for people; json: an object a line, see docs/monitoring.md",
    shown="json with MINDFLIP_HOSTS, else line",
)
# these write down, at DEBUG, what passes through them: SQL with its values, function sources, whole documents
_TALKATIVE = ["django.db.backends", "markdown_it", "celery.utils.functional", "urllib3"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "mindflip.operating.logs.LineFormatter"},
        "json": {"()": "mindflip.operating.logs.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL},  # its own handlers would say everything twice in MINDFLIP_DEBUG
        **{name: {"level": "WARNING"} for name in ("axes", "httpx", "daphne", *_TALKATIVE)},
    },
}
logging.captureWarnings(True)
SENTRY_DSN = env.text(
    "SENTRY_DSN",
    "",
    "where errors are reported to, as https://key@sentry.example.org/1; empty: nowhere",
    spelled=spelling.dsn,
    is_secret=True,
)

"""The `release` process, which must run once before this version starts to serve."""

import os
import signal
from typing import Any

import psycopg
import redis
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from mindflip import env
from mindflip.embedded import static_files
from mindflip.embedded.process import StartupError, first_line

TIMEOUT_SECONDS = 10


class Command(BaseCommand):
    help = "Compile the translations, migrate the database and collect the page's files."
    requires_system_checks: list[str] = []  # migrate runs the checks

    def handle(self, *args: Any, **options: Any) -> None:
        for message in env.renamed_in_use():
            self.stderr.write(self.style.WARNING(message))
        wait_for_servers()
        call_command("compilemessages", verbosity=0)  # first, because it can fail
        call_command("migrate", interactive=False, verbosity=options["verbosity"])
        try:
            static_files.collect(settings.DATA_DIR)
        except StartupError as reason:
            raise CommandError(str(reason)) from None
        if "HONCHO_PROCESS_NAME" in os.environ:
            self.stdout.write(
                "Released. Waiting, because `honcho start` ends every process when one ends."
            )
            signal.pause()


def wait_for_servers() -> None:
    """Connect to PostgreSQL and Redis, and raise CommandError if one of them does not respond.

    Each connection is tried only once and without a pool, because pools and retries would hide the
    reason.
    """
    try:
        psycopg.connect(settings.DATABASE_URL, connect_timeout=TIMEOUT_SECONDS).close()
    except psycopg.Error as error:
        raise CommandError(
            f"The database at DATABASE_URL does not answer: {_reason(error)}"
        ) from None
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=TIMEOUT_SECONDS) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise CommandError(f"The server at REDIS_URL does not answer: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    return first_line(error, type(error).__name__)

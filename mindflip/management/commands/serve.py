"""The `web` process, which is daphne with the flags that this project needs."""

import logging
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from mindflip import checks
from mindflip.embedded.servers import is_free

log = logging.getLogger(__name__)
# The limit is higher than those of the session socket, so that the application itself can reject
# messages that are too large, with an error message.
MAX_FRAME_BYTES = 4 * 1024 * 1024
RELEASE_SECONDS = 60.0


class Command(BaseCommand):
    help = "Serve pages, API and sockets on MINDFLIP_BIND and MINDFLIP_PORT."
    requires_system_checks = [checks.TAG]

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_free(settings.PORT, settings.BIND):
            raise CommandError(
                f"Port {settings.PORT} is taken: stop what listens there, or set MINDFLIP_PORT to"
                " another."
            )
        self._wait_for_release()
        log.info("Serving on http://%s:%d", settings.BIND, settings.PORT)
        # The import installs Twisted's reactor, which only servers need.
        from mindflip.monitoring.shutdown import DrainingInterface

        DrainingInterface().run(daphne_flags())

    def _wait_for_release(self) -> None:
        """Wait until all migrations are applied.

        `honcho start` starts the release process at the same time as this one.
        """
        deadline = time.monotonic() + RELEASE_SECONDS
        while not is_migrated():
            if time.monotonic() > deadline:
                raise CommandError(
                    "The database is not ready: see that it runs at DATABASE_URL, then run `python"
                    " manage.py release`."
                )
            time.sleep(0.5)


def daphne_flags() -> list[str]:
    """Return the command-line arguments for daphne.

    Verbosity 0 turns off its access log, which would contain the tickets in the URLs of sockets.
    """
    largest = str(max(MAX_FRAME_BYTES, 4 * settings.RESPONSE_MAX_BYTES))
    sizes = ["--websocket-max-message-size", largest, "--websocket-max-frame-size", largest]
    return [
        "-v",
        "0",
        "-b",
        settings.BIND,
        "-p",
        str(settings.PORT),
        "--no-server-name",
        *sizes,
        "mindflip.asgi:application",
    ]


def is_migrated() -> bool:
    """Return whether the database responds and all migrations are applied."""
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError:
        return False
    finally:
        connection.close()

"""The `release` process: what must be done once before this version serves."""

import os
import signal
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from mindflip.embedded import collected
from mindflip.embedded.service import CannotRun


class Command(BaseCommand):
    help = "Migrate the database and collect the page's files."
    requires_system_checks: list[str] = []  # migrate makes them

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            call_command("migrate", interactive=False, verbosity=options["verbosity"])
            collected.collect(settings.VAR_DIR)
        except OperationalError as error:
            raise CommandError(f"The database at DATABASE_URL does not answer: {first_line(error)}") from None
        except CannotRun as reason:
            raise CommandError(str(reason)) from None
        if "HONCHO_PROCESS_NAME" in os.environ:
            self.stdout.write("Released. Waiting, because `honcho start` ends every process when one ends.")
            signal.pause()


def first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]

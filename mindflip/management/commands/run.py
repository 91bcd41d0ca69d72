"""`manage.py run`, behind `make run`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mindflip import checks
from mindflip.embedded.run import Run
from mindflip.embedded.service import CannotRun


class Command(BaseCommand):
    help = "Run everything on this machine: PostgreSQL, Valkey, the web server, the worker and beat. Ctrl-C stops it."
    requires_system_checks = [checks.TAG]

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            Run(settings.VAR_DIR.resolve(), settings.BIND, settings.PORT, self._say).until_stopped()
        except (CannotRun, OSError) as reason:
            raise CommandError(str(reason)) from None

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

"""The command `manage.py run`, which `make run` runs."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from mindflip import checks, env


class Command(BaseCommand):
    help = (
        "Run everything on this machine: PostgreSQL, Valkey, the web server, the worker and beat."
        " Ctrl-C stops it."
    )
    requires_system_checks = [checks.TAG]

    def handle(self, *args: Any, **options: Any) -> None:
        var = str(settings.DATA_DIR.resolve())
        os.chdir(settings.BASE_DIR)
        os.execve(
            sys.executable,
            [sys.executable, "-m", "mindflip.embedded", var, settings.BIND, str(settings.PORT)],
            env.with_new_names(os.environ),  # the system check has warned about old names
        )

"""The command `manage.py backup`, which `make backup` runs (docs/backup.md)."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from mindflip import env
from mindflip.backup import BackupError
from mindflip.backup.create import backup_create
from mindflip.backup.postgres import database


class Command(BaseCommand):
    help = (
        "Write the database and the secret key of this moment to one file, while MindFlip runs or"
        " not."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "target", type=Path, help="a new file, or a folder in which it gets a name"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for message in env.renamed_in_use():
            self.stderr.write(self.style.WARNING(message))
        # A key from the environment is not in the backup, because operators store it elsewhere.
        key = None if os.environ.get("MINDFLIP_SECRET_KEY") else settings.SECRET_KEY
        try:
            with database() as url:
                backup_create(
                    url=url,
                    key=key,
                    models=settings.MINDFLIP_MODELS_DIR,
                    target=options["target"],
                    now=timezone.now(),
                    write_line=self.stdout.write,
                )
        except BackupError as reason:
            raise CommandError(str(reason)) from None

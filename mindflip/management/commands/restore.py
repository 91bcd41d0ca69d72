"""The command `manage.py restore`, which `make restore` runs (docs/backup.md)."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mindflip import env
from mindflip.backup import BackupError
from mindflip.backup.postgres import database
from mindflip.backup.restore import backup_restore, known_migrations
from mindflip.embedded import state


class Command(BaseCommand):
    help = "Make the database what it was when a backup was made; all of it, or nothing is changed."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path, help="a file that `manage.py backup` wrote")
        parser.add_argument(
            "--replace", action="store_true", help="lose what the database holds now"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for message in env.renamed_in_use():
            self.stderr.write(self.style.WARNING(message))
        try:
            with database() as url:
                manifest, key = backup_restore(
                    url=url,
                    source=options["source"],
                    is_replacing=options["replace"],
                    write_line=self.stdout.write,
                )
        except BackupError as reason:
            raise CommandError(str(reason)) from None
        if not os.environ.get("MINDFLIP_SECRET_KEY"):
            self._keep_key(key)
        models = settings.MINDFLIP_MODELS_DIR
        if missing := [name for name in manifest.models if not (models / name).exists()]:
            self.stdout.write(
                f"{len(missing)} files of models are not in {models}: {', '.join(missing[:5])}."
            )
        if pending := known_migrations() - {(app, name) for app, name in manifest.migrations}:
            self.stdout.write(
                f"Migrations to come: {len(pending)}. `manage.py release` makes them, and so does"
                " the next `make run`."
            )
        self.stdout.write(
            f"Restored as of {manifest.created_at}. Start web, worker and beat again."
        )

    def _keep_key(self, key: str | None) -> None:
        if key is not None:
            state.write_secret_key(settings.DATA_DIR, key)
            return
        self.stdout.write(
            "The backup holds no secret key: set MINDFLIP_SECRET_KEY to the one of then, or"
            " everybody signs in anew."
        )

"""`manage.py restore`, behind `make restore` (docs/backup.md)."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mindflip import env
from mindflip.backup import BackupError, archive
from mindflip.backup.postgres import database_of
from mindflip.backup.restore import backup_restore, pending_migrations
from mindflip.embedded import state
from mindflip.management.commands.backup import own_key


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
            with database_of(
                settings.DATABASE_URL, settings.DATA_DIR, not os.environ.get("DATABASE_URL")
            ) as url:
                restored = backup_restore(
                    url=url,
                    source=options["source"],
                    is_replacing=options["replace"],
                    write_line=self.stdout.write,
                )
        except BackupError as reason:
            raise CommandError(str(reason)) from None
        self._keep_key(restored.key)
        for message in _next_steps(restored.manifest):
            self.stdout.write(message)

    def _keep_key(self, key: str | None) -> None:
        if own_key() is None:
            return
        if key is None:
            self.stdout.write(
                "The backup holds no secret key: set MINDFLIP_SECRET_KEY to the one of then, or"
                " everybody signs in anew."
            )
        else:
            state.write_secret_key(settings.DATA_DIR, key)


def _next_steps(manifest: archive.Manifest) -> list[str]:
    missing = [
        name for name in manifest.models if not (settings.MINDFLIP_MODELS_DIR / name).exists()
    ]
    to_come = pending_migrations(manifest)
    return [
        *(
            [
                f"{len(missing)} files of models are not in {settings.MINDFLIP_MODELS_DIR}:"
                f" {', '.join(missing[:5])}."
            ]
            if missing
            else []
        ),
        *(
            [
                f"Migrations to come: {to_come}. `manage.py release` makes them, and so does the"
                " next `make run`."
            ]
            if to_come
            else []
        ),
        f"Restored as of {manifest.created_at}. Start web, worker and beat again.",
    ]

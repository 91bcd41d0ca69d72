"""The command that writes docs/asyncapi.json from the message types."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sessions_app.asyncapi import document

PAGE = settings.BASE_DIR / "docs" / "asyncapi.json"


class Command(BaseCommand):
    help = "Write docs/asyncapi.json; with --check, only say whether it is up to date."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="fail when the file is out of date, write nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        text = json.dumps(document(), indent=1, ensure_ascii=False) + "\n"
        if not options["check"]:
            PAGE.write_text(text)
        elif not PAGE.exists() or PAGE.read_text() != text:
            raise CommandError(
                "docs/asyncapi.json does not say what sessions_app/protocol has: run `make docs`."
            )

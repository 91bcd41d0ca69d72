"""The command that writes docs/openapi.json and docs/api.md from the views."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sessions_app.rest.openapi import document
from sessions_app.rest.samples.page import page

FOLDER = settings.BASE_DIR / "docs"


class Command(BaseCommand):
    help = (
        "Write docs/openapi.json and docs/api.md; with --check, only say whether it is up to date."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="fail when one of them is out of date, write nothing",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        texts = {
            "openapi.json": json.dumps(document(), indent=1, ensure_ascii=False) + "\n",
            "api.md": page(document()),
        }
        for name, text in texts.items():
            path = FOLDER / name
            if not options["check"]:
                path.write_text(text)
            elif not path.exists() or path.read_text() != text:
                raise CommandError(
                    f"docs/{name} does not say what the views describe: run `make docs`."
                )

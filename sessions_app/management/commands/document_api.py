"""docs/openapi.json, written from the views."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sessions_app.rest.document import document

PAGE = settings.BASE_DIR / "docs" / "openapi.json"


class Command(BaseCommand):
    help = "Write docs/openapi.json; with --check, only say whether it is up to date."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail when the file is out of date, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        text = json.dumps(document(), indent=1, ensure_ascii=False) + "\n"
        if not options["check"]:
            PAGE.write_text(text)
        elif not PAGE.exists() or PAGE.read_text() != text:
            raise CommandError("docs/openapi.json does not say what the views describe: run `make docs`.")

"""The command that writes docs/settings.md from the declarations in the settings."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mindflip import env

PAGE = settings.BASE_DIR / "docs" / "settings.md"
HEAD = """# Settings

Every setting is an environment variable, and each has a default: a clone runs with none set. An
empty variable counts as unset, and a value that cannot be used is refused at the start with a
sentence. This page is written by `make docs` from `mindflip/settings.py`.

| variable | default | what it is for |
|---|---|---|
"""
RENAMED = """
## Renamed variables

The old names work until the next release. Each start warns about those that are set; `manage.py
check` lists them as `mindflip.W002`. If both names are set, the new one is used.

| old name | name |
|---|---|
"""


class Command(BaseCommand):
    help = "Write docs/settings.md; with --check, only say whether it is up to date."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="fail when the page is out of date, write nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            PAGE.write_text(page())
        elif not PAGE.exists() or PAGE.read_text() != page():
            raise CommandError(
                "docs/settings.md does not say what mindflip/settings.py declares: run `make docs`."
            )


def page() -> str:
    """Return the whole page, with the settings in the order of their declarations."""
    rows = [_row(setting) for setting in env.DECLARED.values()]
    renamed = [f"| `{old}` | `{name}` |\n" for old, name in env.RENAMED.items()]
    return "".join([HEAD, *rows, RENAMED, *renamed])


def _row(setting: env.Setting) -> str:
    default = f"`{setting.default}`" if setting.default else "none"
    return f"| `{setting.name}` | {_cell(default)} | {_cell(setting.help)} |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")

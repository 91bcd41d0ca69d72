"""The command that compiles the catalogues, in place of Django's (which needs gettext)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mindflip import translations


class Command(BaseCommand):
    help = "Compile the catalogues of mindflip/locale to the data folder."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            compiled = translations.compile_languages()
        except translations.InvalidCatalogue as problem:
            raise CommandError(str(problem)) from None
        except OSError as problem:
            raise CommandError(f"The catalogues could not be compiled: {problem}") from None
        if options["verbosity"] > 0:
            self.stdout.write(f"Compiled catalogues: {len(compiled)}.")

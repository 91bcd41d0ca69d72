"""The command that collects the texts to translate, in place of Django's (which needs gettext)."""

from typing import Any

from babel import Locale, UnknownLocaleError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import to_locale

from mindflip import translations


class Command(BaseCommand):
    help = "Write the texts to mindflip/locale/*.pot, and merge them into each language's catalogue"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--locale",
            "-l",
            action="append",
            default=[],
            help="a language to add, such as de or pt-br",
        )
        parser.add_argument(
            "--check", action="store_true", help="fail when a .pot file is out of date"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        languages = {path.name for path in translations.LOCALE.iterdir() if path.is_dir()}
        languages.update(map(folder_name, options["locale"]))
        for domain in translations.SOURCES:
            template, content = (
                translations.LOCALE / f"{domain}.pot",
                translations.template_text(domain),
            )
            if not options["check"]:
                template.write_bytes(content)
                for language in sorted(languages):
                    translations.update_language(language, domain)
            elif not template.exists() or template.read_bytes() != content:
                raise CommandError(
                    f"mindflip/locale/{domain}.pot does not list the texts of the code: run"
                    " `make messages`."
                )


def folder_name(language: str) -> str:
    """Return the name of a language's folder: pt_BR for pt-br."""
    name = to_locale(language)
    try:
        Locale.parse(name)
    except (ValueError, UnknownLocaleError):
        raise CommandError(
            f"{language} is not the code of a language, such as de or pt-br."
        ) from None
    return name

"""Message catalogues: texts are extracted, merged and compiled by Babel, without GNU gettext.

`locale/django.pot` lists the texts of Python code and templates, `locale/djangojs.pot` those of
modules. A language has `locale/LANGUAGE/LC_MESSAGES/django.po` and `djangojs.po`. They are compiled
to the folder of LOCALE_PATHS, in the data folder, because the code may be on a read-only disk.
"""

import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from django.conf import settings
from django.utils.translation import TranslatorCommentWarning, templatize

LOCALE = Path(__file__).resolve().parent / "locale"
# Which files have the texts of a domain, by the kind of file.
SOURCES: dict[str, dict[str, tuple[str, ...]]] = {
    "django": {
        "python": ("mindflip/**/*.py", "sessions_app/**/*.py", "flashcards/**/*.py"),
        "template": ("templates/**/*.html",),
    },
    "djangojs": {"javascript": ("static/js/**/*.js",)},
}
# Functions and the positions of their texts. "c" is the position of a context.
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
TRANSLATOR_COMMENT = "Translators:"  # untranslated: a mark in comments


class InvalidCatalogue(Exception):
    """A catalogue cannot be compiled. The message names the file, the text and the reason."""


def extract_texts(domain: str) -> Catalog:
    """Return a catalogue of the domain's texts, in the order of files and lines."""
    catalogue = Catalog(domain=domain, charset="utf-8")
    for method, patterns in SOURCES[domain].items():
        for pattern in patterns:
            for path in sorted(settings.BASE_DIR.glob(pattern)):
                name = path.relative_to(settings.BASE_DIR).as_posix()
                for _, text, comments, context in _texts_of(path, method):
                    catalogue.add(
                        text, locations=[(name, 0)], auto_comments=comments, context=context
                    )
    return catalogue


def template_text(domain: str) -> bytes:
    """Return the content of the domain's .pot file: the texts and their files, without dates."""
    output = io.BytesIO()
    write_po(output, extract_texts(domain), omit_header=True, include_lineno=False, width=100)
    return output.getvalue()


def update_language(language: str, domain: str) -> Path:
    """Merge the domain's texts into the catalogue of a language, which is created if necessary."""
    path = LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
    catalogue = _read(path) if path.exists() else Catalog(locale=language, domain=domain)
    catalogue.update(extract_texts(domain))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as output:
        write_po(output, catalogue, include_lineno=False, width=100)
    return path


def compile_languages(source: Path = LOCALE, target: Path | None = None) -> list[Path]:
    """Compile all catalogues, and return the paths of the compiled ones.

    Fuzzy and missing translations are left out, so their texts are English. Raise InvalidCatalogue
    if a file cannot be read, or a translation has a placeholder that its text does not have.
    """
    target = target or Path(settings.LOCALE_PATHS[0])
    compiled = []
    for path in sorted(source.glob("*/LC_MESSAGES/*.po")):
        catalogue = _read(path)
        for message, errors in catalogue.check():
            if not message.fuzzy:
                raise InvalidCatalogue(f"{path}: {message.id!r}: {errors[0]}")
        output = io.BytesIO()
        write_mo(output, catalogue)
        written = target / path.relative_to(source).with_suffix(".mo")
        written.parent.mkdir(parents=True, exist_ok=True)
        temporary = written.with_suffix(".tmp")
        temporary.write_bytes(output.getvalue())
        temporary.replace(written)
        compiled.append(written)
    return compiled


def _texts_of(path: Path, method: str) -> Iterator[tuple[Any, ...]]:
    """Return the line, text, comments and context of each text in a file."""
    content = path.read_bytes()
    if method == "template":
        content, method = _as_python(content.decode(), str(path)), "python"
    return iter(
        extract(
            method,
            io.BytesIO(content),
            keywords=KEYWORDS,
            comment_tags=[TRANSLATOR_COMMENT],
            options={"parse_template_string": True},
        )
    )


def _as_python(template: str, name: str) -> bytes:
    """Return calls of gettext for the texts of a template, which can be read as Python.

    Lines are not indented, because indentation would have a meaning in Python.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", TranslatorCommentWarning)
        calls = templatize(template, origin=name)
    return "\n".join(line.strip() for line in calls.splitlines()).encode()


def _read(path: Path) -> Catalog:
    try:
        with path.open("rb") as file:
            return read_po(file, locale=path.parent.parent.name, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise InvalidCatalogue(f"{path}: {error}") from None

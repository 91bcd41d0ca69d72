"""Message catalogues: texts are extracted, merged and compiled by Babel, without GNU gettext.

`locale/django.pot` lists the texts of Python code and templates, `locale/djangojs.pot` those of
modules. A language has `locale/LANGUAGE/LC_MESSAGES/django.po` and `djangojs.po`. They are compiled
to the folder of LOCALE_PATHS, in the data folder, because the code may be on a read-only disk.
"""

import codecs
import gettext
import io
import re
import secrets
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
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
# Placeholders and HTML elements, which a translation must have too.
MARK = re.compile(r"%\(\w+\)|{\w+}|<[^<>]+>")
TRANSLATOR_COMMENT = "Translators:"


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
    if path.exists():
        catalogue = _read(path)
    else:
        comment = f"# Texts of MindFlip in the language {language}."
        catalogue = Catalog(
            language, domain, header_comment=comment, project="MindFlip", fuzzy=False
        )
    catalogue.update(extract_texts(domain), update_creation_date=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as output:
        write_po(output, catalogue, include_lineno=False, width=100)
    return path


def compile_languages(source: Path = LOCALE, target: Path | None = None) -> list[Path]:
    """Compile all catalogues, and return the paths of the compiled ones.

    Fuzzy and missing translations are left out, so their texts are English. Raise InvalidCatalogue,
    and write nothing, if a file cannot be read or a translation could not be displayed.
    """
    target = target or Path(settings.LOCALE_PATHS[0])
    compiled = {
        target / path.relative_to(source).with_suffix(".mo"): _compile(path)
        for path in sorted(source.glob("*/LC_MESSAGES/*.po"))
    }
    for path, content in compiled.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Processes that compile at the same time do not write to the same file.
        temporary = path.with_suffix(f".{secrets.token_hex(4)}")
        temporary.write_bytes(content)
        temporary.replace(path)
    return list(compiled)


def _compile(path: Path) -> bytes:
    """Return the compiled catalogue of a file, or raise InvalidCatalogue."""
    catalogue = _read(path)
    for message in catalogue:
        if message.pluralizable and not all(_forms(message.string)):
            message.string = ""  # Babel would use the English forms for other numbers
        elif message.id and not message.fuzzy and (problem := _problem(message, catalogue)):
            raise InvalidCatalogue(f"{path}: {message.id!r}: {problem}")
    output = io.BytesIO()
    write_mo(output, catalogue)
    output.seek(0)
    try:
        gettext.GNUTranslations(output)
    except ValueError as error:
        raise InvalidCatalogue(f"{path}: {error}") from None
    return output.getvalue()


def _problem(message: Message, catalogue: Catalog) -> str:
    """Return why a translation cannot be displayed in place of its text, or an empty string.

    Plural forms may leave out placeholders, as in "one card".
    """
    for error in message.check(catalogue):
        return str(error)
    texts, translations = _forms(message.id), _forms(message.string)
    wanted = _marks("".join(texts))
    for translation in filter(None, translations):
        marks = _marks(translation)
        missing = set() if message.pluralizable else wanted - marks - {'"'}
        if different := sorted(missing | marks - wanted):
            return f"placeholders, HTML or double quotes differ: {' '.join(different)}"
        if _accepts_values(texts[-1], texts[-1]) and not _accepts_values(translation, texts[-1]):
            return f"{translation!r} has a % or brace that is not doubled"
    return ""


def _forms(text: str | Sequence[str] | None) -> Sequence[str]:
    return (text or "",) if text is None or isinstance(text, str) else text


def _marks(text: str) -> set[str]:
    """Return the placeholders and HTML elements of a text, and a double quote if it has one.

    Templates do not escape translations, so a double quote would end an attribute.
    """
    return {*MARK.findall(text), *re.findall('"', MARK.sub("", text))}


def _accepts_values(text: str, source: str) -> bool:
    """Return whether values can be inserted into a text in the same way as into its source."""
    values: dict[str, int] = defaultdict(int)
    try:
        if "%(" in source:
            text = text % values
        if re.search(r"{\w+}", source):
            text.format_map(values)
    except (KeyError, TypeError, ValueError):
        return False
    return True


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
    lines = io.BytesIO(path.read_bytes().removeprefix(codecs.BOM_UTF8))
    try:
        return read_po(lines, locale=path.parent.parent.name, abort_invalid=True)
    except PoFileError as error:
        reason = str(error).removesuffix(f" on {error.lineno}")  # counted from 0
        raise InvalidCatalogue(f"{path}, line {error.lineno + 1}: {reason}") from None
    except (ValueError, LookupError) as error:
        raise InvalidCatalogue(f"{path}: {error}") from None

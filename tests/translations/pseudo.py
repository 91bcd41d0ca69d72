"""A pseudo language, in which every translated text is in brackets: ⟦Generate⟧.

It has the code of Esperanto, whose plural forms are those of English. The texts of Django are
translated, too. A text without brackets is not translated.
"""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import django
import rest_framework
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from mindflip.translations import SOURCES, compile_languages, extract_texts

LANGUAGE = "eo"
NAME = "Pseudo"
LIBRARIES = [Path(library.__path__[0]) for library in (django, rest_framework)]
BRACKETS = re.compile(r"⟦[^⟦⟧]*⟧")


def compile_pseudo(folder: Path) -> Path:
    """Translate all texts of the code, and return the folder of the compiled catalogues."""
    translate(folder / "source")
    compile_languages(folder / "source", folder / "compiled")
    return folder / "compiled"


def translate(folder: Path) -> None:
    for domain in SOURCES:
        catalogue = Catalog(locale=LANGUAGE, domain=domain)
        for message in chain(extract_texts(domain), texts_of_libraries(domain)):
            if message.id:
                catalogue.add(
                    message.id, translated(message.id), context=message.context, flags=message.flags
                )
        path = folder / LANGUAGE / "LC_MESSAGES" / f"{domain}.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as output:
            write_po(output, catalogue)


def texts_of_libraries(domain: str) -> Iterator[Message]:
    for library in LIBRARIES:
        for path in library.glob(f"**/locale/en/LC_MESSAGES/{domain}.po"):
            with path.open("rb") as file:
                yield from read_po(file)


def without_brackets(text: str) -> str:
    """Return what is left of a text without the translated parts, which can be nested."""
    while BRACKETS.search(text):
        text = BRACKETS.sub(" ", text)
    return text


def translated(text: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return tuple(f"⟦{form}⟧" for form in text) if isinstance(text, tuple) else f"⟦{text}⟧"

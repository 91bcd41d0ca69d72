"""A pseudo language, in which every translated text is in brackets: ⟦Generate⟧.

It has the code of Esperanto, whose plural forms are those of English. A text without
brackets is not translated.
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from mindflip.translations import SOURCES, compile_languages, extract_texts

LANGUAGE = "eo"
NAME = "Pseudo"


def compile_pseudo(folder: Path) -> Path:
    """Translate all texts of the code, and return the folder of the compiled catalogues."""
    translate(folder / "source")
    compile_languages(folder / "source", folder / "compiled")
    return folder / "compiled"


def translate(folder: Path) -> None:
    for domain in SOURCES:
        catalogue = Catalog(locale=LANGUAGE, domain=domain)
        for message in extract_texts(domain):
            if message.id:
                catalogue.add(
                    message.id, translated(message.id), context=message.context, flags=message.flags
                )
        path = folder / LANGUAGE / "LC_MESSAGES" / f"{domain}.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as output:
            write_po(output, catalogue)


def translated(text: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return tuple(f"⟦{form}⟧" for form in text) if isinstance(text, tuple) else f"⟦{text}⟧"

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
    source, target = folder / "source", folder / "compiled"
    for domain in SOURCES:
        catalogue = Catalog(locale=LANGUAGE, domain=domain)
        for message in extract_texts(domain):
            if message.id:
                catalogue.add(
                    message.id, translated(message.id), context=message.context, flags=message.flags
                )
        path = source / LANGUAGE / "LC_MESSAGES" / f"{domain}.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as output:
            write_po(output, catalogue)
    compile_languages(source, target)
    return target


def translated(text: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return tuple(f"⟦{form}⟧" for form in text) if isinstance(text, tuple) else f"⟦{text}⟧"

"""The real Anki in a separate process, to import packages of MindFlip and to export its own.

Each command prints JSON on standard output:

- `python -m tests.helpers.anki import COLLECTION PACKAGE` imports a package and prints the
  contents of the collection.
- `… export COLLECTION FOLDER` fills a collection, exports it in all formats and prints the paths.
- `… gaps COLLECTION FILE` prints the numbers of the gaps in each text of a JSON file.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from anki.collection import (
    Collection,
    ExportAnkiPackageOptions,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)

from tests.helpers.timeouts import TIMEOUT_SECONDS

PNG = b"\x89PNG\r\n\x1a\n"
NOTES = [
    (
        "Basic",
        "Bio::Cells",
        ["What is a <b>vacuole</b>? <img src='cell.png'>", "A store of <i>water</i> &amp; so"],
        ["cells", "exam::one"],
    ),
    ("Basic (and reversed card)", "Bio", ["ebb", "flow"], []),
    ("Basic (optional reversed card)", "Bio", ["one way", "only", ""], []),
    ("Basic (type in the answer)", "Bio", ["capital of France", "Paris"], []),
    ("Cloze", "Bio::Cells", ["The {{c1::sun::star}} is {{c2::hot}}.", "As one feels"], []),
    ("Cloze", "Bio", ["Water is {{c1::\\(H_2O\\)}}", ""], []),
    ("Basic", "Maths", ["Solve \\(x^2 &lt; 1\\)", "\\[-1 &lt; x\\]<br>[latex]$y$[/latex]"], []),
    ("Basic", "Default", ["loose [sound:cell.mp3]", "in no deck"], []),
    ("Basic", "Bio", ["only a picture <b></b>", "<img src='cell.png'>"], []),
]


def run(*arguments: Any) -> Any:
    """Run a command and return its output.

    Anki's core needs a process that doesn't run other tests.
    """
    command = [sys.executable, "-m", "tests.helpers.anki", *map(str, arguments)]
    completed = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=TIMEOUT_SECONDS
    )
    assert completed.returncode == 0, completed.stderr
    return json.loads(completed.stdout)


def import_package(collection: Collection, package: Path) -> dict[str, Any]:
    options = ImportAnkiPackageOptions(with_scheduling=False)
    log = collection.import_anki_package(
        ImportAnkiPackageRequest(package_path=str(package), options=options)
    ).log
    counts = {
        name: len(getattr(log, name)) for name in ("new", "updated", "duplicate", "conflicting")
    }
    return counts | {
        "notes": [
            describe_note(collection, note_id) for note_id in sorted(collection.find_notes(""))
        ]
    }


def describe_note(collection: Collection, note_id: int) -> dict[str, Any]:
    note = collection.get_note(note_id)
    cards = note.cards()
    return {
        "guid": note.guid,
        "type": note.note_type()["name"],
        "fields": dict(note.items()),
        "tags": note.tags,
        "decks": sorted({collection.decks.name(card.did) for card in cards}),
        "questions": [card.question() for card in cards],
        "answers": [card.answer() for card in cards],
    }


def export_all(collection: Collection, folder: Path) -> dict[str, str]:
    for name, data in (("cell.png", PNG), ("cell.mp3", b"ID3")):
        (folder / name).write_bytes(data)
        collection.media.add_file(str(folder / name))
    for note_type, deck, fields, tags in NOTES:
        add_note(collection, note_type, deck, fields, tags)
    # Edits in MindFlip must be newer than these notes.
    collection.db.execute("UPDATE notes SET mod = mod - 3600")
    packages = {
        name: export_package(collection, folder / f"{name}.apkg", is_legacy=name == "legacy")
        for name in ("legacy", "new")
    }
    collection_package = folder / "collection.colpkg"
    # This call closes the collection.
    collection.export_collection_package(
        out_path=str(collection_package), include_media=True, legacy=False
    )
    return packages | {"colpkg": str(collection_package)}


def add_note(
    collection: Collection, note_type: str, deck: str, fields: list[str], tags: list[str]
) -> None:
    note = collection.new_note(collection.models.by_name(note_type))
    note.fields[: len(fields)] = fields
    note.tags = list(tags)
    collection.add_note(note, collection.decks.id(deck))


def export_package(collection: Collection, path: Path, *, is_legacy: bool) -> str:
    options = ExportAnkiPackageOptions(
        with_scheduling=True, with_media=True, with_deck_configs=True, legacy=is_legacy
    )
    collection.export_anki_package(out_path=str(path), options=options, limit=None)
    return str(path)


def gap_numbers(collection: Collection, texts: Path) -> list[list[int]]:
    note = collection.new_note(collection.models.by_name("Cloze"))
    numbers = []
    for note["Text"] in json.loads(texts.read_text(encoding="utf-8")):
        numbers.append(sorted(note.cloze_numbers_in_fields()))
    return numbers


def main(command: str, collection_path: str, path: str) -> None:
    collection = Collection(collection_path)
    run_command = {"import": import_package, "export": export_all, "gaps": gap_numbers}[command]
    output = run_command(collection, Path(path))
    if collection.db:
        collection.close()
    sys.stdout.write(json.dumps(output))


if __name__ == "__main__":
    main(*sys.argv[1:])

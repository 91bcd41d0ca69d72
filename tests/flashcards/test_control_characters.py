"""Control characters in cards, tags and names.

MindFlip removes them from all new text, and can export older text that still contains them.
"""

import csv
import io
import json
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import genanki
import pytest
from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from flashcards.formats.anki.package import SEPARATOR
from flashcards.formats.anki.writer import note_type
from flashcards.formats.registry import FORMATS, NOTHING_LEFT
from flashcards.models import Card, Deck
from flashcards.rendering import card_html
from tests.helpers import anki
from tests.helpers.responses import read_stream
from tests.helpers.sockets import open_socket

KEPT = "\t\n\r"
LINE_ENDS = "\v\f\x85\u2028\u2029"
DROPPED = [
    chr(code)
    for code in range(1, 0xA0)
    if unicodedata.category(chr(code)) == "Cc" and chr(code) not in KEPT + LINE_ENDS
]
CONTROL_CHARACTERS = [*DROPPED, *LINE_ENDS, *KEPT]
TEXT = "a" + "".join(DROPPED) + "b"  # becomes "ab"


def text_fields(card: Any) -> tuple[Any, ...]:
    return card["front"], card["back"], card["tags"], card["sentence"]


@pytest.fixture
def import_file(api: Any, alice: Any) -> Callable[..., Any]:
    """Return a function that imports a file as Alice and returns the resulting deck."""

    def post(data: bytes | str, file_name: str, **form: Any) -> Any:
        file = SimpleUploadedFile(file_name, data.encode() if isinstance(data, str) else data)
        response = api(alice).post(
            "/api/flashcards/imports", {"file": file, **form}, format="multipart"
        )
        assert response.status_code == 201, response.content
        return api(alice).get(f"/api/flashcards/decks/{response.json()['decks'][0]['id']}").json()

    return post


@pytest.fixture
def stored_deck(alice: Any) -> Deck:
    """Return a deck like those that older versions allowed.

    Its texts contain each control character, and two of its sides contain nothing else.
    """
    deck = Deck.objects.create(
        user=alice,
        name="".join(DROPPED) + "Sea\x1fTides",
        tags=["t\x1fu", "\x01"],
        topic="a\x1fb",
        source="a\x1fb",
    )
    sides = [
        (f"{character}a{character}b", f"c{character}d", "basic") for character in CONTROL_CHARACTERS
    ]
    sides += [("\x01", "\x1f", "definition"), ("{{c1::e\x1fbb}} falls", "ebb falls", "cloze")]
    Card.objects.bulk_create(
        Card(
            deck=deck,
            position=at,
            front=front,
            back=back,
            kind=kind,
            sentence=f"s{front}",
            tags=[f"t{front}"],
            extras={"x\x1fy": front},
        )
        for at, (front, back, kind) in enumerate(sides, start=1)
    )
    return deck


def export_deck(api: Any, alice: Any, deck: Deck, format: str) -> bytes:
    response = api(alice).get(f"/api/flashcards/decks/{deck.pk}/export?format={format}")
    assert response.status_code == 200, response.content
    return read_stream(response)


def clean_side(side: str) -> str:
    """Return the text that an export contains for a stored side."""
    kept = "".join(
        "\n" if character in LINE_ENDS else character
        for character in side
        if character not in DROPPED
    )
    return kept.strip() or NOTHING_LEFT


# --- Input ---
def test_control_characters_in_rest_requests_are_dropped(api: Any, alice: Any) -> None:
    card = {"front": TEXT, "back": f"c{TEXT}", "tags": [TEXT], "sentence": TEXT, "no\x1fte": [TEXT]}
    deck = (
        api(alice)
        .post("/api/flashcards/decks", {"name": TEXT, "tags": [TEXT], "cards": [card]})
        .json()
    )
    assert (deck["name"], deck["tags"], text_fields(deck["cards"][0])) == (
        "ab",
        ["ab"],
        ("ab", "cab", ["ab"], "ab"),
    )
    assert deck["cards"][0]["note"] == ["ab"]
    added = (
        api(alice)
        .post(f"/api/flashcards/decks/{deck['id']}/cards", {"front": TEXT, "back": "\x1fd\x1f"})
        .json()
    )
    assert (added["front"], added["back"]) == ("ab", "d")
    changed = (
        api(alice)
        .patch(f"/api/flashcards/cards/{added['id']}", {"back": TEXT, "tags": [TEXT]})
        .json()
    )
    assert (changed["back"], changed["tags"]) == ("ab", ["ab"])
    assert (
        api(alice).patch(f"/api/flashcards/decks/{deck['id']}", {"name": f"{TEXT}c"}).json()["name"]
        == "abc"
    )


def test_front_or_deck_name_of_only_control_characters_is_rejected(api: Any, alice: Any) -> None:
    cards = [{"front": "\x01\x1f", "back": "b"}]
    response = api(alice).post("/api/flashcards/decks", {"name": "Sea", "cards": cards})
    assert (response.status_code, response.json()["fields"]) == (
        400,
        {"cards": ["Card 1 has no front."]},
    )
    assert (
        api(alice).post("/api/flashcards/decks", {"name": "\x01", "cards": []}).status_code == 400
    )


async def test_control_characters_in_engine_results_are_dropped(
    socket_db: None,
    alice: Any,
    acreate_session: Any,
    api: Any,
) -> None:
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.send_cards(
            await socket.receive_type("generate"),
            [{"front": TEXT, "back": f"c{TEXT}", "tags": [TEXT]}],
        )
        (card,) = (await socket.receive_type("result"))["data"]["cards"]
    assert (card["front"], card["back"], card["tags"]) == ("ab", "cab", ["ab"])
    body = {"generationId": str((await sync_to_async(alice.generations.get)()).pk)}
    deck = await sync_to_async(lambda: api(alice).post("/api/flashcards/decks", body).json())()
    assert text_fields(deck["cards"][0]) == ("ab", "cab", ["ab"], "")


@pytest.mark.parametrize(("delimiter", "ending"), [(",", "csv"), ("\t", "tsv")])
def test_control_characters_in_imported_tables_are_dropped(
    import_file: Any, delimiter: str, ending: str
) -> None:
    rows = [["front", "back", "tags", "sentence", "deck"], [TEXT, f"c{TEXT}", TEXT, TEXT, TEXT]]
    deck = import_file("\n".join(delimiter.join(row) for row in rows), f"x.{ending}")
    assert (deck["name"], text_fields(deck["cards"][0])) == ("ab", ("ab", "cab", ["ab"], "ab"))


def test_control_characters_in_imported_tables_with_html_are_dropped(import_file: Any) -> None:
    row = f"<table><tr><td>a\x1fb</td><td>c</td></tr></table>\t<b>{TEXT}</b>"
    (card,) = import_file(f"#separator:tab\n#html:true\n{row}", "x.txt")["cards"]
    assert (card["front"], card["back"]) == ("ab · c", "**ab**")


def test_control_characters_in_imported_json_files_are_dropped(import_file: Any) -> None:
    card = {"front": TEXT, "back": f"c{TEXT}", "tags": [TEXT], "sentence": TEXT}
    deck = import_file(
        json.dumps({"deck": {"name": TEXT, "tags": [f"c{TEXT}"]}, "cards": [card]}), "x.json"
    )
    assert (deck["name"], deck["tags"], text_fields(deck["cards"][0])) == (
        "ab",
        ["cab"],
        ("ab", "cab", ["ab"], "ab"),
    )


def test_name_of_imported_deck_has_no_control_characters(import_file: Any) -> None:
    assert import_file("a,b", "Sea\x1f.csv", name=TEXT)["name"] == "ab"
    assert import_file("c,d", "Sea\x1f.csv", name="\x01")["name"] == "Sea"


def package_of(path: Path, *fields: str) -> bytes:
    """Return an unchecked package with one note of MindFlip."""
    deck = genanki.Deck(1, f"Sea{TEXT}")
    deck.add_note(genanki.Note(model=note_type("basic"), fields=list(fields), guid="g"))
    genanki.Package(deck).write_to_file(path)
    return path.read_bytes()


def test_control_characters_in_imported_packages_are_dropped(
    import_file: Any, tmp_path: Path
) -> None:
    text = TEXT.replace(SEPARATOR, "")
    deck = import_file(package_of(tmp_path / "x.apkg", text, f"c{text}", f"s{text}"), "x.apkg")
    assert deck["name"] == "Seaab"
    assert [(card["front"], card["back"], card["sentence"]) for card in deck["cards"]] == [
        ("ab", "cab", "sab")
    ]


def test_note_with_more_fields_than_its_type_is_reported_as_unreadable(
    api: Any, alice: Any, tmp_path: Path
) -> None:
    """Import a package like those that older versions wrote for sides with U+001F.

    MindFlip can't know which field is which.
    """
    file = SimpleUploadedFile("x.apkg", package_of(tmp_path / "x.apkg", "a\x1fb", "c", ""))
    response = api(alice).post("/api/flashcards/imports", {"file": file}, format="multipart")
    assert response.status_code == 201, response.content
    assert (response.json()["added"], [entry["code"] for entry in response.json()["leftOut"]]) == (
        0,
        ["unreadable"],
    )


# --- Exports of stored text ---
def test_anki_imports_every_note_of_exported_package_with_clean_text(
    api: Any, alice: Any, stored_deck: Deck, tmp_path: Path
) -> None:
    (tmp_path / "sea.apkg").write_bytes(export_deck(api, alice, stored_deck, "apkg"))
    collection = anki.run("import", tmp_path / "collection.anki2", tmp_path / "sea.apkg")
    assert (collection["new"], len(collection["notes"])) == (
        stored_deck.cards.count(),
        stored_deck.cards.count(),
    )
    assert all(note["questions"] for note in collection["notes"])
    cards = {str(card.pk): card for card in stored_deck.cards.exclude(kind="cloze")}
    for note in collection["notes"]:
        if card := cards.get(note["guid"]):
            front, back, _ = note["fields"].values()
            assert (front, back) == (
                card_html(clean_side(card.front)),
                card_html(clean_side(card.back)),
            )
    assert {tuple(note["decks"]) for note in collection["notes"]} == {("SeaTides",)}
    assert {note["fields"].get("Sentence") for note in collection["notes"]} >= {"sab"}
    assert all("tu" in note["tags"] for note in collection["notes"])


@pytest.mark.parametrize("format", ["apkg", "csv", "tsv", "json"])
def test_exported_deck_is_imported_with_clean_text_in_original_order(
    api: Any, alice: Any, stored_deck: Deck, import_file: Any, format: str
) -> None:
    data = export_deck(api, alice, stored_deck, format)
    sides = [
        (clean_side(card.front), clean_side(card.back))
        for card in stored_deck.cards.order_by("position")
    ]
    stored_deck.delete()
    deck = import_file(data, f"SeaTides.{format}")
    normalize = (
        (lambda side: side.replace("\t", " ").replace("\r", "\n"))
        if format == "apkg"
        else (lambda side: side)
    )
    assert [(card["front"], card["back"]) for card in deck["cards"]] == [
        (normalize(front), normalize(back)) for front, back in sides
    ]
    assert deck["name"] == "SeaTides"
    assert not [
        card for card in deck["cards"] if set(json.dumps(card, ensure_ascii=False)) & set(DROPPED)
    ]


@pytest.mark.parametrize("format", sorted(set(FORMATS) - {"apkg"}))
def test_text_exports_contain_no_control_characters(
    api: Any, alice: Any, stored_deck: Deck, format: str
) -> None:
    text = export_deck(api, alice, stored_deck, format).decode()
    assert not set(text) & {*DROPPED, *LINE_ENDS}
    assert "ab" in text


def test_account_export_with_control_characters_is_complete_and_importable(
    api: Any, alice: Any, stored_deck: Deck, import_file: Any
) -> None:
    Card.objects.filter(deck=stored_deck, position=1).update(deleted_at=timezone.now())
    archive = zipfile.ZipFile(io.BytesIO(read_stream(api(alice).get("/api/account/export"))))
    assert archive.testzip() is None
    (trashed_card,) = json.loads(archive.read("bin/cards.json"))
    assert trashed_card["front"] == "\x01a\x01b"
    stored_deck.delete()
    assert import_file(archive.read("bin/cards.json"), "cards.json")["cards"][0]["front"] == "ab"
    (package,) = [name for name in archive.namelist() if name.endswith(".apkg")]
    assert (
        len(import_file(archive.read(package), "deck.apkg")["cards"]) == len(CONTROL_CHARACTERS) + 1
    )


def test_admin_csv_export_has_row_for_each_card(admin_client: Any, stored_deck: Deck) -> None:
    body = {
        "action": "export_csv",
        "_selected_action": [str(card.pk) for card in stored_deck.cards.all()],
    }
    response = admin_client.post("/admin/flashcards/card/", body)
    rows = list(csv.DictReader(io.StringIO(read_stream(response).decode(), newline="")))
    assert len(rows) == stored_deck.cards.count()
    assert {row["kind"] for row in rows} == {"basic", "definition", "cloze"}


@pytest.mark.parametrize("topic", ["\x01\x1f", "\u200b"])
def test_deck_gets_default_name_if_topic_has_no_visible_text(
    api: Any, alice: Any, finished_generation: Any, topic: str
) -> None:
    generation = finished_generation(alice, "ebb", topic=topic)
    deck = api(alice).post("/api/flashcards/decks", {"generationId": str(generation.pk)}).json()
    assert (deck["name"], deck["provenance"]["topic"]) == ("Flashcards", topic.strip("\x01\x1f"))

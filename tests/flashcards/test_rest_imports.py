"""Imports over REST: tables, JSON files of MindFlip, rejected files and access."""

import json
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from flashcards.card_kinds import KIND_ROWS
from flashcards.formats.registry import FORMATS
from flashcards.models import Card, Deck
from flashcards.services import imports
from flashcards.services.imports import ImportProgress
from tests.helpers.responses import read_stream

IMPORTS = "/api/flashcards/imports"


@pytest.fixture
def send(api: Any, alice: Any) -> Any:
    """Return a function that posts a file as Alice and returns the response."""

    def post(
        data: bytes | str, name: str = "Tides.csv", to: str = IMPORTS, user: Any = None, **form: Any
    ) -> Any:
        file = SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data)
        return api(user or alice).post(to, {"file": file, **form}, format="multipart")

    return post


def sides() -> list[tuple[str, str]]:
    return list(Card.objects.order_by("deck__name", "position").values_list("front", "back"))


# --- Tables ---
@pytest.mark.parametrize(
    "table",
    [
        "Question,Answer\nebb,flow\n",
        "question;answer\nebb;flow\n",
        "\ufeffFront\tBack\r\nebb\tflow\r\n",
        "ebb|flow",
        "#separator:pipe\n#html:false\nebb|flow\n",
        '"ebb","flow"\n\n',
    ],
)
def test_table_is_read_with_any_delimiter_header_or_quoting(send: Any, table: str) -> None:
    response = send(table)
    assert response.status_code == 201, response.content
    assert sides() == [("ebb", "flow")]
    assert [deck["name"] for deck in response.json()["decks"]] == ["Tides"]


TEXT_BY_ENCODING = {
    "cp1252": "Größe;naïveté façade",
    "utf-16": "Größe;日本",
    "cp1251": "Земля вращается вокруг Солнца;да, это так",
}


@pytest.mark.parametrize("encoding", TEXT_BY_ENCODING)
def test_encoding_of_table_is_detected(send: Any, encoding: str) -> None:
    text = TEXT_BY_ENCODING[encoding]
    assert send(text.encode(encoding)).status_code == 201
    assert sides() == [tuple(text.split(";"))]


def test_preview_describes_table_and_saves_nothing(send: Any) -> None:
    preview = send(
        "Term;Meaning;Tags\nebb;falling;sea tide\nflow;rising;\n", to=f"{IMPORTS}/preview"
    ).json()
    assert preview == {
        "format": "table",
        "encoding": "utf-8",
        "delimiter": ";",
        "hasHeader": True,
        "columns": ["front", "back", "tags"],
        "names": ["Term", "Meaning", "Tags"],
        "rows": [["ebb", "falling", "sea tide"], ["flow", "rising", ""]],
        "rowCount": 2,
    }
    assert not Deck.objects.exists()


def test_table_is_imported_with_columns_and_name_chosen_by_user(send: Any) -> None:
    response = send(
        "x;falling;ebb;a, b\n",
        columns="skip,back,front,tags",
        hasHeader="false",
        delimiter=";",
        name="Mine",
    )
    assert response.status_code == 201, response.content
    assert sides() == [("ebb", "falling")]
    assert (Card.objects.get().tags, Deck.objects.get().name) == (["a", "b"], "Mine")


def test_import_of_table_into_existing_deck_creates_no_duplicates(
    send: Any, make_deck: Any, alice: Any
) -> None:
    deck = make_deck(alice, "ebb")
    report = send("ebb,What ebb is\nflow,rising\n", deckId=deck["id"]).json()
    assert (report["added"], report["unchanged"], Deck.objects.count()) == (1, 1, 1)
    assert send("ebb,What ebb is\nflow,rising\n", deckId=deck["id"]).json()["added"] == 0
    assert list(Card.objects.values_list("position", flat=True).order_by("position")) == [1, 2]


def test_anki_text_export_is_imported_with_decks_guids_html_and_tags(send: Any) -> None:
    lines = [
        (
            "#separator:tab\n#html:true\n#guid column:1\n#notetype column:2\n#deck column:3\n#tags"
            " column:6"
        ),
        'aB1\tBasic\tBio::Cells\t"What is a <b>cell</b>?"\tA unit&nbsp;of life\tone two::three',
        "aB2\tCloze\tBio\t{{c1::sun}} rises\t\t",
    ]
    assert send("\n".join(lines), "notes.txt").status_code == 201
    assert sides() == [
        ("{{c1::sun}} rises", "sun rises"),
        ("What is a **cell**?", "A unit of life"),
    ]
    card = Card.objects.get(guid="aB1")
    assert (card.tags, card.deck.name) == (["one", "two::three"], "Bio::Cells")
    assert send("\n".join(lines).replace("A unit", "The unit"), "notes.txt").json()["updated"] == 1


def test_invalid_cards_are_left_out_and_reported_with_reason(send: Any) -> None:
    report = send(f"ebb,flow\nlonely,\n{'x' * 2001},long\nebb,flow\n").json()
    assert report["added"] == 1
    assert {
        entry["code"]: (entry["count"], entry["examples"][0]) for entry in report["leftOut"]
    } == {
        "empty_side": (1, "lonely"),
        "too_long": (1, "x" * 60),
        "repeated": (1, "ebb"),
    }


def test_import_larger_than_deck_limit_continues_in_second_deck(send: Any) -> None:
    table = "\n".join(f"front {number},back" for number in range(2_003))
    report = send(table).json()
    assert {deck["name"]: deck["added"] for deck in report["decks"]} == {
        "Tides": 2_000,
        "Tides (2)": 3,
    }
    assert send(table).json()["unchanged"] == 2_003


def test_repeated_import_updates_only_fields_in_file(send: Any) -> None:
    table = "id,front,back\n"
    send(table + "n1,{{c1::ebb}} falls,ebb falls\nn2,flow,rises\n")
    Card.objects.filter(guid="n2").update(tags=["mine"], sentence="It rises.", kind="definition")
    report = send(table + "n1,ebb,falls\nn2,flow,goes up\n").json()
    assert (report["added"], report["updated"]) == (0, 2)
    assert Card.objects.get(guid="n1").kind == "basic"
    card = Card.objects.get(guid="n2")
    assert (card.back, card.tags, card.sentence, card.kind) == (
        "goes up",
        ["mine"],
        "It rises.",
        "definition",
    )


# --- Files exported by MindFlip ---
@pytest.fixture
def alice_deck(api: Any, alice: Any) -> dict[str, Any]:
    cards = [
        {
            "front": "=1+1",
            "back": "'=2",
            "tags": ["a, b", "two words"],
            "sentence": "It is.",
            "found": True,
            "hint": {"deep": [1]},
        },
        {"front": "{{c1::sun}}", "back": "sun", "kind": "cloze"},
        {"front": "Neap", "back": "A *small*\ntide", "kind": "definition"},
        *(
            {"front": f"{{{{c1::{row.name}}}}} card", "back": row.option, "kind": row.name}
            for row in KIND_ROWS
        ),
    ]
    return (
        api(alice)
        .post("/api/flashcards/decks", {"name": "Own", "cards": cards, "tags": ["sea"]})
        .json()
    )


def export_deck(api: Any, user: Any, deck: dict[str, Any], format: str) -> bytes:
    return read_stream(api(user).get(f"/api/flashcards/decks/{deck['id']}/export?format={format}"))


def select_fields(cards: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    return [{name: card.get(name) for name in names} for card in cards]


TABLE_FIELDS = ("front", "back", "kind", "tags", "sentence", "position")
KEPT_FIELDS = {
    "json": (*TABLE_FIELDS, "found", "hint"),
    "csv": TABLE_FIELDS,
    "tsv": TABLE_FIELDS,
    "apkg": ("front", "back", "kind", "sentence", "position"),
}
ONLY_EXPORTED = {"markdown"}


def test_every_export_format_is_imported_again_or_only_exported() -> None:
    assert set(KEPT_FIELDS) | ONLY_EXPORTED == set(FORMATS), (
        "Add each export format to KEPT_FIELDS, with the fields that an import keeps, or to"
        " ONLY_EXPORTED."
    )


@pytest.mark.parametrize(("format", "names"), KEPT_FIELDS.items())
def test_exported_deck_keeps_its_fields_when_imported_by_other_user(
    send: Any, api: Any, alice: Any, bob: Any, alice_deck: Any, format: str, names: Any
) -> None:
    response = send(export_deck(api, alice, alice_deck, format), f"Own.{format}", user=bob)
    assert response.status_code == 201, response.content
    deck = api(bob).get(f"/api/flashcards/decks/{response.json()['decks'][0]['id']}").json()
    assert deck["name"] == "Own"
    assert select_fields(deck["cards"], *names) == select_fields(alice_deck["cards"], *names)


@pytest.mark.parametrize("format", KEPT_FIELDS)
def test_exported_deck_imported_again_changes_nothing(
    send: Any, api: Any, alice: Any, alice_deck: Any, format: str
) -> None:
    report = send(export_deck(api, alice, alice_deck, format), f"Own.{format}").json()
    assert (report["added"], report["updated"], report["unchanged"], report["leftOut"]) == (
        0,
        0,
        len(alice_deck["cards"]),
        [],
    )
    assert (
        api(alice).get(f"/api/flashcards/decks/{alice_deck['id']}").json()["cards"]
        == alice_deck["cards"]
    )


def test_json_array_of_cards_is_imported_without_invalid_items(send: Any) -> None:
    assert (
        send(
            json.dumps([{"question": "ebb", "answer": "flow"}, {"front": "x"}, 7]), "cards.json"
        ).json()["added"]
        == 1
    )
    assert sides() == [("ebb", "flow")]


MALFORMED_DECK = {
    "name": "n" * 300,
    "topic": "t" * 500,
    "engine": "e\0" * 50,
    "modelId": ["no", "text"],
    "promptVersion": "v" * 99,
    "tags": ["x" * 99, "good", 7],
    "source": "s\0",
}
MALFORMED_CARDS = [
    {
        "id": "i" * 200,
        "front": "a\0",
        "back": "b",
        "updatedAt": "0001-01-01T00:00:00+14:00",
        "tags": ["t" * 99],
        "sentence": "s" * 9_999,
    },
    {
        "id": "\0",
        "front": "c",
        "back": "d",
        "updatedAt": "9999-12-31T23:59:59-14:00",
        "kind": "cloze",
        "extras": {"deep": [[[[[1]]]]]},
    },
    {"id": "same", "front": "e", "back": "f", "kind": ["basic"], "found": "yes"},
    {"id": "same", "front": "g", "back": "h"},
]


def test_oversized_and_malformed_fields_of_json_deck_are_normalized(
    send: Any, api: Any, alice: Any
) -> None:
    response = send(
        json.dumps(
            {
                "format": "mindflip-deck",
                "version": 1,
                "deck": MALFORMED_DECK,
                "cards": MALFORMED_CARDS,
            }
        ),
        "odd.json",
    )
    assert response.status_code == 201, response.content
    assert (response.json()["added"], response.json()["leftOut"][0]["code"]) == (3, "repeated")
    deck = api(alice).get(f"/api/flashcards/decks/{response.json()['decks'][0]['id']}").json()
    assert (deck["name"], deck["tags"], len(deck["provenance"]["topic"])) == (
        "n" * 200,
        ["good"],
        200,
    )
    assert [card["front"] for card in deck["cards"]] == ["a", "c", "e"]
    assert {card["kind"] for card in deck["cards"]} == {"basic"}


def test_unpaired_surrogates_are_removed_and_large_time_offsets_accepted(send: Any) -> None:
    unpaired_surrogate, large_offset = (
        {"front": "\ud800"},
        {"front": "a\ud800", "back": "b", "updatedAt": "2020-01-01T00:00:00+23:59"},
    )
    response = send(
        json.dumps(
            {
                "deck": {"name": "\udc00Tides"},
                "cards": [
                    unpaired_surrogate,
                    large_offset,
                    {"front": "\ud800x" * 2_001, "back": "b"},
                ],
            }
        ),
        "c.json",
    )
    assert response.status_code == 201, response.content
    assert {row["code"]: row["examples"] for row in response.json()["leftOut"]} == {
        "empty_side": [],
        "too_long": ["x" * 30],
    }
    assert (sides(), response.json()["decks"][0]["name"]) == ([("a", "b")], "Tides")


# --- Rejected files ---
@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "x.csv", "no_cards"),
        (b"\n\n", "x.csv", "no_cards"),
        (b"PK\x03\x04 nothing", "x.apkg", "damaged_file"),
        (b"PK\x05\x06" + bytes(18), "x.apkg", "unknown_format"),
        (b"\x89PNG\r\n\x1a\n\0\0", "x.csv", "unknown_format"),
        (b'{"cards": 3}', "x.json", "damaged_file"),
        (b'{"cards": [', "x.json", "damaged_file"),
        (b'{"format": "mindflip-deck", "version": 2, "cards": []}', "x.json", "unknown_format"),
        (b"one column\nalone", "x.csv", "wrong_choice"),
        (b"a,b\n" + b'"' + b"x" * 140_000, "x.csv", "too_large"),
    ],
)
def test_unreadable_file_is_rejected_with_code_and_message(
    send: Any, data: bytes, name: str, code: str
) -> None:
    response = send(data, name)
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == code
    assert response.json()["error"].endswith(".") or response.json()["error"].endswith("?")
    assert not Deck.objects.exists()


@pytest.mark.parametrize(
    "form",
    [
        {"encoding": "rot13"},
        {"delimiter": "ab"},
        {"columns": "front,front"},
        {"columns": "front,backside"},
    ],
)
def test_invalid_import_options_are_rejected(send: Any, form: dict[str, str]) -> None:
    assert send("a,b", **form).json()["code"] == "wrong_choice"


@pytest.mark.parametrize("address", [IMPORTS, f"{IMPORTS}/preview"])
def test_file_larger_than_limit_is_rejected_with_413_before_it_is_read(
    send: Any, api: Any, alice: Any, settings: Any, address: str
) -> None:
    settings.IMPORT_MAX_MEGABYTES = 1
    form = "multipart/form-data; boundary=x"
    responses = [
        send(b"a,b\n" * 300_000, to=address),
        send(b"PK\x03\x04" + bytes(1_200_000), "damaged.apkg", to=address),
        # The parser of forms would reject this body with 400.
        api(alice).generic("POST", address, b"x" * 1_200_000, content_type=form),
    ]
    for response in responses:
        assert (response.status_code, response.json()["code"]) == (413, "too_large")
        assert "larger than 1 MB" in response.json()["error"]
        # The whole body is still available, so nothing has read a part of it.
        request = response.wsgi_request
        assert len(request.read()) == int(request.META["CONTENT_LENGTH"])
    assert not Deck.objects.exists()


def test_file_with_too_many_cards_is_rejected_and_saves_nothing(send: Any, settings: Any) -> None:
    settings.IMPORT_MAX_CARDS = 2
    response = send("a,1\nb,2\nc,3\n")
    assert (response.status_code, response.json()["code"]) == (413, "too_many_cards")
    assert not Card.objects.exists()


def test_import_without_file_is_rejected_with_instructions(api: Any, alice: Any) -> None:
    response = api(alice).post(IMPORTS, {}, format="multipart")
    assert response.status_code == 400
    assert "multipart/form-data" in response.json()["fields"]["file"][0]


# --- Progress and cancellation ---
def test_cancelled_import_saves_nothing(send: Any, alice: Any) -> None:
    import_id = uuid.uuid4()
    ImportProgress(alice, import_id).cancel()
    response = send("a,b", importId=import_id)
    assert (response.status_code, response.json()["code"]) == (400, "cancelled")
    assert not Deck.objects.exists()


def test_import_progress_is_visible_only_to_its_owner(
    send: Any, api: Any, alice: Any, bob: Any
) -> None:
    import_id = uuid.uuid4()
    send("a,b", importId=import_id)
    assert api(alice).get(f"{IMPORTS}/{import_id}").json() == {
        "phase": "saving",
        "done": 0,
        "total": 1,
    }
    assert api(bob).get(f"{IMPORTS}/{import_id}").status_code == 404
    # This request has no effect, because the import is not Bob's.
    assert api(bob).delete(f"{IMPORTS}/{import_id}").status_code == 204


def test_import_into_deck_of_other_user_is_rejected(
    send: Any, make_deck: Any, alice: Any, charlie: Any
) -> None:
    deck = make_deck(alice, "ebb")
    assert send("a,b", user=charlie, deckId=deck["id"]).status_code == 404
    assert Card.objects.count() == 1


def test_import_requests_without_token_are_rejected_with_401(db: None) -> None:
    client = APIClient(HTTP_HOST="localhost")
    import_address = f"{IMPORTS}/{uuid.uuid4()}"
    requests = [
        ("post", IMPORTS),
        ("post", f"{IMPORTS}/preview"),
        ("get", import_address),
        ("delete", import_address),
    ]
    assert {getattr(client, method)(address).status_code for method, address in requests} == {401}


def test_card_restored_by_import_goes_to_new_deck_if_its_deck_is_full(
    send: Any, api: Any, alice: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(imports, "CARDS_PER_DECK", 2)
    table = "front,back,id,deck\nebb,falling,g1,Sea\n"
    deck_address = f"/api/flashcards/decks/{send(table).json()['decks'][0]['id']}"
    api(alice).delete(f"/api/flashcards/cards/{Card.objects.get().pk}")
    for front in ("flow", "neap"):
        assert (
            api(alice).post(f"{deck_address}/cards", {"front": front, "back": "rising"}).status_code
            == 201
        )
    report = send(table).json()
    assert (report["added"], [deck["name"] for deck in report["decks"]]) == (1, ["Sea (2)"])
    assert len(api(alice).get(deck_address).json()["cards"]) == 2
    assert send(table).json()["unchanged"] == 1

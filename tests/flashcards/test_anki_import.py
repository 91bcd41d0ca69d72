"""First and repeated imports of legacy, new and collection packages from the real Anki."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from flashcards.models import Card, Deck
from tests.helpers import anki

FORMATS = ["legacy", "new"]


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Export packages from Anki and return their paths by format."""
    folder = tmp_path_factory.mktemp("anki")
    return anki.run("export", folder / "collection.anki2", folder)


@pytest.fixture
def import_as_alice(
    api: Any, alice: Any, packages: dict[str, str]
) -> Callable[[str], dict[str, Any]]:
    """Return a function that imports a package as Alice and returns the report."""

    def import_package(format: str) -> dict[str, Any]:
        file = SimpleUploadedFile("School.apkg", Path(packages[format]).read_bytes())
        response = api(alice).post("/api/flashcards/imports", {"file": file}, format="multipart")
        assert response.status_code == 201, response.content
        return response.json()

    return import_package


def sides(name: str) -> dict[str, str]:
    return dict(Card.objects.filter(deck__name=name).values_list("front", "back"))


@pytest.mark.parametrize("format", [*FORMATS, "colpkg"])
def test_imported_cards_are_stored_in_decks_named_as_in_anki(
    import_as_alice: Any, format: str
) -> None:
    report = import_as_alice(format)
    assert report["added"] == 9
    assert {deck["name"]: deck["added"] for deck in report["decks"]} == {
        "Bio": 5,
        "Bio::Cells": 2,
        "Maths": 1,
        "School": 1,
    }
    assert sides("Bio::Cells") == {
        "What is a **vacuole**?": "A store of *water* & so",
        "The {{c1::sun::star}} is {{c2::hot}}.": "As one feels",
    }


@pytest.mark.parametrize("format", FORMATS)
def test_anki_notes_become_cards_with_their_sides_kind_and_tags(
    import_as_alice: Any, format: str
) -> None:
    import_as_alice(format)
    bio = sides("Bio")
    assert (bio["ebb"], bio["flow"]) == ("flow", "ebb")
    assert bio["one way"] == "only"
    assert "only" not in bio
    assert bio["capital of France"] == "Paris"
    assert bio["Water is {{c1::$H_2O$}}"] == "Water is $H_2O$"
    assert Card.objects.get(front__startswith="Water").kind == "cloze"
    assert Card.objects.get(front__contains="vacuole").tags == ["cells", "exam::one"]
    assert sides("Maths") == {"Solve $x^2 < 1$": "$$-1 < x$$\n$y$"}
    assert sides("School") == {"loose": "in no deck"}


@pytest.mark.parametrize("format", FORMATS)
def test_media_and_notes_with_only_media_are_reported_as_left_out(
    import_as_alice: Any, format: str
) -> None:
    left_out = {entry["code"]: entry for entry in import_as_alice(format)["leftOut"]}
    assert left_out["media"]["sentence"] == "2 pictures and sounds were left out: cards hold text."
    assert left_out["only_media"]["count"] == 1
    assert left_out["only_media"]["examples"] == ["only a picture"]


def test_repeated_import_in_other_format_creates_no_duplicates(import_as_alice: Any) -> None:
    import_as_alice("legacy")
    report = import_as_alice("new")
    assert (report["added"], report["updated"], report["unchanged"]) == (0, 0, 9)
    assert Card.objects.count() == 9
    assert Deck.objects.count() == 4


def test_repeated_import_keeps_and_reports_card_edited_in_mindflip(
    import_as_alice: Any, api: Any, alice: Any
) -> None:
    import_as_alice("new")
    card = Card.objects.get(front="ebb")
    api(alice).patch(f"/api/flashcards/cards/{card.pk}", {"back": "falling water"})
    report = import_as_alice("new")
    card.refresh_from_db()
    assert card.back == "falling water"
    assert {entry["code"]: entry["count"] for entry in report["leftOut"]}["changed_here"] == 1


def test_repeated_import_updates_card_older_than_its_note(import_as_alice: Any) -> None:
    import_as_alice("new")
    Card.objects.filter(front="ebb").update(back="wrong", updated_at="2001-01-01T00:00:00Z")
    assert import_as_alice("new")["updated"] == 1
    assert Card.objects.get(front="ebb").back == "flow"


def test_repeated_import_adds_missing_card_to_renamed_deck(
    import_as_alice: Any, api: Any, alice: Any
) -> None:
    import_as_alice("new")
    deck = Deck.objects.get(name="Bio")
    api(alice).patch(f"/api/flashcards/decks/{deck.pk}", {"name": "Biology"})
    Card.objects.get(front="ebb").delete()
    report = import_as_alice("new")
    assert (report["added"], Deck.objects.count()) == (1, 4)
    assert Card.objects.get(front="ebb").deck_id == deck.pk


def test_repeated_import_restores_card_from_trash(import_as_alice: Any) -> None:
    import_as_alice("new")
    Card.objects.filter(front="ebb").update(deleted_at="2026-01-01T00:00:00Z")
    assert import_as_alice("new")["added"] == 1
    assert Card.objects.kept().filter(front="ebb").count() == 1


def test_import_by_other_user_adds_all_cards_to_their_own_decks(
    import_as_alice: Any, api: Any, bob: Any, packages: dict[str, str]
) -> None:
    import_as_alice("new")
    file = SimpleUploadedFile("School.apkg", Path(packages["new"]).read_bytes())
    response = api(bob).post("/api/flashcards/imports", {"file": file}, format="multipart")
    assert response.json()["added"] == 9
    assert Deck.objects.filter(user=bob).count() == Deck.objects.exclude(user=bob).count() == 4

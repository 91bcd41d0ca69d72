"""Imports of packages from the real Anki, in both of its formats: first and repeated imports."""

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
def imported(api: Any, alice: Any, packages: dict[str, str]) -> Callable[[str], dict[str, Any]]:
    """Return a function that imports a package as Alice and returns the report."""

    def carry(format: str) -> dict[str, Any]:
        file = SimpleUploadedFile("School.apkg", Path(packages[format]).read_bytes())
        answer = api(alice).post("/api/flashcards/imports", {"file": file}, format="multipart")
        assert answer.status_code == 201, answer.content
        return answer.json()

    return carry


def sides(name: str) -> dict[str, str]:
    return dict(Card.objects.filter(deck__name=name).values_list("front", "back"))


@pytest.mark.parametrize("format", [*FORMATS, "whole"])
def test_every_card_comes_into_a_deck_named_like_its_own(imported: Any, format: str) -> None:
    report = imported(format)
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
def test_cards_are_those_that_anki_shows(imported: Any, format: str) -> None:
    imported(format)
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
def test_pictures_and_sounds_are_left_out_with_a_word(imported: Any, format: str) -> None:
    left_out = {entry["code"]: entry for entry in imported(format)["leftOut"]}
    assert left_out["media"]["sentence"] == "2 pictures and sounds were left out: cards hold text."
    assert left_out["only_media"]["count"] == 1
    assert left_out["only_media"]["examples"] == ["only a picture"]


def test_a_second_import_doubles_nothing_whatever_its_format(imported: Any) -> None:
    imported("legacy")
    report = imported("new")
    assert (report["added"], report["updated"], report["unchanged"]) == (0, 0, 9)
    assert Card.objects.count() == 9
    assert Deck.objects.count() == 4


def test_a_card_that_was_edited_here_since_stays_so(imported: Any, api: Any, alice: Any) -> None:
    imported("new")
    card = Card.objects.get(front="ebb")
    api(alice).patch(f"/api/flashcards/cards/{card.pk}", {"back": "falling water"})
    report = imported("new")
    card.refresh_from_db()
    assert card.back == "falling water"
    assert {entry["code"]: entry["count"] for entry in report["leftOut"]}["changed_here"] == 1


def test_a_card_that_is_older_here_is_updated(imported: Any) -> None:
    imported("new")
    Card.objects.filter(front="ebb").update(back="wrong", updated_at="2001-01-01T00:00:00Z")
    assert imported("new")["updated"] == 1
    assert Card.objects.get(front="ebb").back == "flow"


def test_cards_of_a_renamed_deck_are_known_again(imported: Any, api: Any, alice: Any) -> None:
    imported("new")
    deck = Deck.objects.get(name="Bio")
    api(alice).patch(f"/api/flashcards/decks/{deck.pk}", {"name": "Biology"})
    Card.objects.get(front="ebb").delete()
    report = imported("new")
    assert (report["added"], Deck.objects.count()) == (1, 4)
    assert Card.objects.get(front="ebb").deck_id == deck.pk


def test_a_card_in_the_bin_comes_back(imported: Any) -> None:
    imported("new")
    Card.objects.filter(front="ebb").update(deleted_at="2026-01-01T00:00:00Z")
    assert imported("new")["added"] == 1
    assert Card.objects.kept().filter(front="ebb").count() == 1


def test_another_users_cards_are_nobodys_business(
    imported: Any, api: Any, bob: Any, packages: dict[str, str]
) -> None:
    imported("new")
    file = SimpleUploadedFile("School.apkg", Path(packages["new"]).read_bytes())
    answer = api(bob).post("/api/flashcards/imports", {"file": file}, format="multipart")
    assert answer.json()["added"] == 9
    assert Deck.objects.filter(user=bob).count() == Deck.objects.exclude(user=bob).count() == 4

"""The trash: owners can restore deleted decks and cards completely, for a limited time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from flashcards.models import Card, Deck
from flashcards.services.trash import trash_delete_old
from flashcards.tasks import empty_trash

API = "/api/flashcards"


@pytest.fixture
def deck(alice, make_deck):
    return make_deck(alice, "ebb", "flow", "neap")


def ids(deck, *numbers):
    return [deck["cards"][number]["id"] for number in numbers]


def test_a_deleted_deck_comes_back_with_its_cards(api, alice, deck):
    client = api(alice)
    client.delete(f"{API}/decks/{deck['id']}")
    assert client.get(f"{API}/decks").json()["results"] == []
    restored = client.post(f"{API}/decks/{deck['id']}/restore")
    assert (restored.status_code, restored.json()["cards"]) == (200, deck["cards"])
    assert client.post(f"{API}/decks/{deck['id']}/restore").status_code == 200, "twice does no harm"


def test_a_deleted_card_comes_back_to_its_place(api, alice, deck):
    client = api(alice)
    (card_id,) = ids(deck, 1)
    client.delete(f"{API}/cards/{card_id}")
    client.post(f"{API}/decks/{deck['id']}/cards", {"front": "spring", "back": "A strong tide"})
    assert client.post(f"{API}/cards/{card_id}/restore").json() == deck["cards"][1]
    cards = client.get(f"{API}/decks/{deck['id']}").json()["cards"]
    assert [(card["position"], card["front"]) for card in cards] == [
        (1, "ebb"),
        (2, "flow"),
        (3, "neap"),
        (4, "spring"),
    ]


def test_a_card_deleted_before_its_deck_stays_in_the_bin_when_the_deck_comes_back(api, alice, deck):
    client = api(alice)
    client.delete(f"{API}/cards/{ids(deck, 0)[0]}")
    client.delete(f"{API}/decks/{deck['id']}")
    assert client.post(f"{API}/cards/{ids(deck, 0)[0]}/restore").status_code == 404, (
        "its deck is in the bin"
    )
    restored = client.post(f"{API}/decks/{deck['id']}/restore").json()
    assert [card["front"] for card in restored["cards"]] == ["flow", "neap"]


def test_many_cards_go_and_come_back_together(api, alice, deck):
    client = api(alice)
    assert client.post(f"{API}/cards/bulk-delete", {"cards": ids(deck, 0, 2)}).json() == {
        "count": 2
    }
    assert client.get(f"{API}/trash").json() == {"decks": 0, "cards": 2}
    assert {card["front"] for card in client.get(f"{API}/trash/cards").json()["results"]} == {
        "ebb",
        "neap",
    }
    assert client.post(f"{API}/cards/bulk-restore", {"cards": ids(deck, 0, 2)}).json() == {
        "count": 2
    }
    assert client.get(f"{API}/decks/{deck['id']}").json()["cards"] == deck["cards"]


def test_a_deck_that_became_full_takes_none_back(api, alice):
    cards = [{"front": f"front {number}", "back": "x"} for number in range(2000)]
    client = api(alice)
    full = client.post(f"{API}/decks", {"name": "Full", "cards": cards}).json()
    client.post(f"{API}/cards/bulk-delete", {"cards": ids(full, 0, 1)})
    client.post(f"{API}/decks/{full['id']}/cards", {"front": "one more", "back": "x"})
    refused = client.post(f"{API}/cards/bulk-restore", {"cards": ids(full, 0, 1)})
    assert (refused.status_code, refused.json()["code"]) == (409, "deck_full")
    assert client.get(f"{API}/trash").json()["cards"] == 2
    assert client.post(f"{API}/cards/bulk-restore", {"cards": ids(full, 0)}).status_code == 200


def test_the_bin_says_until_when_a_deck_can_come_back(api, alice, deck):
    api(alice).delete(f"{API}/decks/{deck['id']}")
    (binned,) = api(alice).get(f"{API}/trash/decks").json()["results"]
    assert (binned["id"], binned["name"], binned["cardCount"]) == (deck["id"], "Tides", 3)
    assert binned["deletedAt"] < binned["goneAt"]


def test_what_is_deleted_for_good_is_gone(api, alice, deck, make_deck):
    client, other = api(alice), make_deck(alice, "tide")
    client.delete(f"{API}/decks/{deck['id']}")
    client.delete(f"{API}/cards/{other['cards'][0]['id']}")
    assert client.delete(f"{API}/trash/decks/{deck['id']}").status_code == 204
    assert client.delete(f"{API}/trash/cards/{other['cards'][0]['id']}").status_code == 204
    assert client.post(f"{API}/decks/{deck['id']}/restore").status_code == 404
    assert Card.objects.count() == 0


def test_only_what_is_in_the_bin_is_deleted_for_good(api, alice, deck):
    assert api(alice).delete(f"{API}/trash/decks/{deck['id']}").status_code == 404
    assert api(alice).delete(f"{API}/trash/cards/{ids(deck, 0)[0]}").status_code == 404
    assert Card.objects.count() == 3


def test_emptying_the_bin_empties_ones_own_alone(api, alice, bob, deck, make_deck):
    bobs = make_deck(bob, "ebb")
    api(alice).delete(f"{API}/decks/{deck['id']}")
    api(bob).delete(f"{API}/decks/{bobs['id']}")
    assert api(alice).delete(f"{API}/trash").status_code == 204
    assert [str(left.pk) for left in Deck.objects.all()] == [bobs["id"]]


def test_after_its_days_the_bin_forgets(api, alice, deck, make_deck, settings):
    kept, client = make_deck(alice, "tide", "wave"), api(alice)
    client.delete(f"{API}/decks/{deck['id']}")
    client.delete(f"{API}/cards/{kept['cards'][0]['id']}")
    assert trash_delete_old(now=timezone.now() + timedelta(days=settings.TRASH_DAYS - 1)) == 0
    assert (
        trash_delete_old(now=timezone.now() + timedelta(days=settings.TRASH_DAYS, minutes=1)) == 2
    )
    assert [card.front for card in Card.objects.all()] == ["wave"]


def test_a_result_saved_again_brings_its_deck_back_out_of_the_bin(api, alice, finished_generation):
    client, body = api(alice), {"generationId": str(finished_generation(alice, "ebb").pk)}
    saved = client.post(f"{API}/decks", body).json()
    client.delete(f"{API}/decks/{saved['id']}")
    again = client.post(f"{API}/decks", body)
    assert (again.status_code, again.json()["id"]) == (200, saved["id"])


def test_beat_empties_the_bin(alice, settings, make_deck):
    assert settings.CELERY_BEAT_SCHEDULE["empty-trash"]["task"] == empty_trash.name
    old = timezone.now() - timedelta(days=settings.TRASH_DAYS + 1)
    Deck.objects.filter(pk=make_deck(alice, "ebb")["id"]).update(deleted_at=old)
    assert empty_trash() == 1
    assert Deck.objects.count() == 0


@pytest.mark.parametrize(
    "cards", [None, [], "x", ["x"], [{}], ["7c9e6679-7425-40de-944b-e07fc1f90ae7"] * 2001]
)
def test_a_choice_that_is_none_is_refused_by_name(api, alice, cards):
    for action in ("delete", "restore", "tag"):
        answer = api(alice).post(f"{API}/cards/bulk-{action}", {"cards": cards})
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["cards"])


def test_one_card_that_is_not_there_stops_all(api, alice, bob, deck, make_deck):
    mixed = [*ids(deck, 0), make_deck(bob, "ebb")["cards"][0]["id"]]
    for action in ("delete", "tag"):
        assert (
            api(alice)
            .post(f"{API}/cards/bulk-{action}", {"cards": mixed, "add": ["sea"]})
            .status_code
            == 404
        )
    assert api(alice).get(f"{API}/decks/{deck['id']}").json() == deck

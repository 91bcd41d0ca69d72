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


def test_deleted_deck_is_restored_with_its_cards(api, alice, deck):
    client = api(alice)
    client.delete(f"{API}/decks/{deck['id']}")
    assert client.get(f"{API}/decks").json()["results"] == []
    restored = client.post(f"{API}/decks/{deck['id']}/restore")
    assert (restored.status_code, restored.json()["cards"]) == (200, deck["cards"])
    assert client.post(f"{API}/decks/{deck['id']}/restore").status_code == 200, (
        "a repeated restore must succeed"
    )


def test_deleted_card_is_restored_to_its_position(api, alice, deck):
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


def test_card_deleted_before_its_deck_stays_in_trash_if_deck_is_restored(api, alice, deck):
    client = api(alice)
    client.delete(f"{API}/cards/{ids(deck, 0)[0]}")
    client.delete(f"{API}/decks/{deck['id']}")
    assert client.post(f"{API}/cards/{ids(deck, 0)[0]}/restore").status_code == 404, (
        "its deck is in the trash"
    )
    restored = client.post(f"{API}/decks/{deck['id']}/restore").json()
    assert [card["front"] for card in restored["cards"]] == ["flow", "neap"]


def test_cards_are_deleted_and_restored_in_bulk(api, alice, deck):
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


def test_bulk_restore_is_rejected_only_if_deck_limit_is_exceeded(api, alice):
    cards = [{"front": f"front {number}", "back": "x"} for number in range(2000)]
    client = api(alice)
    full_deck = client.post(f"{API}/decks", {"name": "Full", "cards": cards}).json()
    client.post(f"{API}/cards/bulk-delete", {"cards": ids(full_deck, 0, 1)})
    client.post(f"{API}/decks/{full_deck['id']}/cards", {"front": "one more", "back": "x"})
    response = client.post(f"{API}/cards/bulk-restore", {"cards": ids(full_deck, 0, 1)})
    assert (response.status_code, response.json()["code"]) == (409, "deck_full")
    assert client.get(f"{API}/trash").json()["cards"] == 2
    assert client.post(f"{API}/cards/bulk-restore", {"cards": ids(full_deck, 0)}).status_code == 200


def test_trash_lists_deck_with_time_of_permanent_deletion(api, alice, deck):
    api(alice).delete(f"{API}/decks/{deck['id']}")
    (deleted_deck,) = api(alice).get(f"{API}/trash/decks").json()["results"]
    assert (deleted_deck["id"], deleted_deck["name"], deleted_deck["cardCount"]) == (
        deck["id"],
        "Tides",
        3,
    )
    assert deleted_deck["deletedAt"] < deleted_deck["goneAt"]


def test_permanent_deletion_removes_decks_and_cards_from_trash(api, alice, deck, make_deck):
    client, other = api(alice), make_deck(alice, "tide")
    client.delete(f"{API}/decks/{deck['id']}")
    client.delete(f"{API}/cards/{other['cards'][0]['id']}")
    assert client.delete(f"{API}/trash/decks/{deck['id']}").status_code == 204
    assert client.delete(f"{API}/trash/cards/{other['cards'][0]['id']}").status_code == 204
    assert client.post(f"{API}/decks/{deck['id']}/restore").status_code == 404
    assert Card.objects.count() == 0


def test_permanent_deletion_is_rejected_for_objects_outside_trash(api, alice, deck):
    assert api(alice).delete(f"{API}/trash/decks/{deck['id']}").status_code == 404
    assert api(alice).delete(f"{API}/trash/cards/{ids(deck, 0)[0]}").status_code == 404
    assert Card.objects.count() == 3


def test_emptying_trash_deletes_only_decks_of_user(api, alice, bob, deck, make_deck):
    bob_deck = make_deck(bob, "ebb")
    api(alice).delete(f"{API}/decks/{deck['id']}")
    api(bob).delete(f"{API}/decks/{bob_deck['id']}")
    assert api(alice).delete(f"{API}/trash").status_code == 204
    assert [str(remaining.pk) for remaining in Deck.objects.all()] == [bob_deck["id"]]


def test_trash_is_deleted_permanently_after_configured_number_of_days(
    api, alice, deck, make_deck, settings
):
    kept, client = make_deck(alice, "tide", "wave"), api(alice)
    client.delete(f"{API}/decks/{deck['id']}")
    client.delete(f"{API}/cards/{kept['cards'][0]['id']}")
    assert trash_delete_old(now=timezone.now() + timedelta(days=settings.TRASH_DAYS - 1)) == 0
    assert (
        trash_delete_old(now=timezone.now() + timedelta(days=settings.TRASH_DAYS, minutes=1)) == 2
    )
    assert [card.front for card in Card.objects.all()] == ["wave"]


def test_result_saved_again_restores_its_deck_from_trash(api, alice, finished_generation):
    client, body = api(alice), {"generationId": str(finished_generation(alice, "ebb").pk)}
    saved = client.post(f"{API}/decks", body).json()
    client.delete(f"{API}/decks/{saved['id']}")
    response = client.post(f"{API}/decks", body)
    assert (response.status_code, response.json()["id"]) == (200, saved["id"])
    assert client.get(f"{API}/trash").json() == {"decks": 0, "cards": 0}
    assert client.get(f"{API}/decks/{saved['id']}").json()["cards"] == saved["cards"]
    assert [deck["id"] for deck in client.get(f"{API}/decks").json()["results"]] == [saved["id"]]


def test_beat_task_deletes_expired_decks_from_trash(alice, settings, make_deck):
    assert settings.CELERY_BEAT_SCHEDULE["empty-trash"]["task"] == empty_trash.name
    old = timezone.now() - timedelta(days=settings.TRASH_DAYS + 1)
    Deck.objects.filter(pk=make_deck(alice, "ebb")["id"]).update(deleted_at=old)
    assert empty_trash() == 1
    assert Deck.objects.count() == 0


@pytest.mark.parametrize(
    "cards", [None, [], "x", ["x"], [{}], ["7c9e6679-7425-40de-944b-e07fc1f90ae7"] * 2001]
)
def test_bulk_request_with_invalid_cards_is_rejected_by_field_name(api, alice, cards):
    for action in ("delete", "restore", "tag"):
        response = api(alice).post(f"{API}/cards/bulk-{action}", {"cards": cards})
        assert (response.status_code, list(response.json()["fields"])) == (400, ["cards"])


def test_bulk_request_with_card_of_other_user_changes_nothing(api, alice, bob, deck, make_deck):
    mixed = [*ids(deck, 0), make_deck(bob, "ebb")["cards"][0]["id"]]
    for action in ("delete", "tag"):
        assert (
            api(alice)
            .post(f"{API}/cards/bulk-{action}", {"cards": mixed, "add": ["sea"]})
            .status_code
            == 404
        )
    assert api(alice).get(f"{API}/decks/{deck['id']}").json() == deck

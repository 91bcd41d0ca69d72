"""Tagging and moving cards and merging decks: all or nothing, without creating duplicates."""

import pytest

from flashcards.models import Card

API = "/api/flashcards"


@pytest.fixture
def tides(alice, make_deck):
    return make_deck(alice, "ebb", "flow", name="Tides")


@pytest.fixture
def waves(alice, make_deck):
    return make_deck(alice, "crest", "Ebb ", "trough", name="Waves")


def ids(deck, *numbers):
    return [deck["cards"][number]["id"] for number in numbers]


def tags(client, deck):
    return [card["tags"] for card in client.get(f"{API}/decks/{deck['id']}").json()["cards"]]


def fronts(client, deck):
    return [card["front"] for card in client.get(f"{API}/decks/{deck['id']}").json()["cards"]]


def test_moved_cards_are_appended_in_order_of_their_deck(api, alice, tides, waves):
    client = api(alice)
    assert client.post(
        f"{API}/cards/bulk-move", {"cards": ids(waves, 2, 0), "to": tides["id"]}
    ).json() == {"count": 2}
    assert fronts(client, tides) == ["ebb", "flow", "crest", "trough"]
    assert fronts(client, waves) == ["Ebb"]


def test_cards_of_several_decks_are_moved_together(api, alice, tides, waves, make_deck):
    client, third = api(alice), make_deck(alice, name="Sea")
    chosen = [*ids(tides, 0, 1), *ids(waves, 1)]
    assert client.post(f"{API}/cards/bulk-move", {"cards": chosen, "to": third["id"]}).json() == {
        "count": 3
    }
    assert sorted(fronts(client, third)) == ["Ebb", "ebb", "flow"]
    assert [
        card["position"] for card in client.get(f"{API}/decks/{third['id']}").json()["cards"]
    ] == sorted(
        card["position"] for card in client.get(f"{API}/decks/{third['id']}").json()["cards"]
    )


def test_moved_card_does_not_take_position_of_card_in_trash(api, alice, tides, waves):
    client = api(alice)
    client.delete(f"{API}/cards/{ids(tides, 1)[0]}")
    client.post(f"{API}/cards/bulk-move", {"cards": ids(waves, 0), "to": tides["id"]})
    assert client.post(f"{API}/cards/{ids(tides, 1)[0]}/restore").status_code == 200
    assert fronts(client, tides) == ["ebb", "flow", "crest"]


def test_move_of_cards_to_their_current_deck_changes_nothing(api, alice, tides):
    client = api(alice)
    assert client.post(
        f"{API}/cards/bulk-move", {"cards": ids(tides, 0), "to": tides["id"]}
    ).json() == {"count": 0}
    assert fronts(client, tides) == ["ebb", "flow"]


def test_guid_of_moved_card_is_cleared_if_target_deck_has_same_guid(api, alice, tides, waves):
    Card.objects.filter(pk__in=[*ids(tides, 0), *ids(waves, 0)]).update(guid="note-1")
    api(alice).post(f"{API}/cards/bulk-move", {"cards": ids(waves, 0), "to": tides["id"]})
    assert list(
        Card.objects.filter(deck_id=tides["id"]).order_by("position").values_list("guid", flat=True)
    ) == ["note-1", "", ""]


def test_moves_and_merges_into_full_deck_are_rejected(api, alice, tides):
    client = api(alice)
    cards = [{"front": f"front {number}", "back": "x"} for number in range(1999)]
    full = client.post(f"{API}/decks", {"name": "Full", "cards": cards}).json()
    response = client.post(f"{API}/cards/bulk-move", {"cards": ids(tides, 0, 1), "to": full["id"]})
    assert (response.status_code, response.json()["code"]) == (409, "deck_full")
    response = client.post(f"{API}/decks/{tides['id']}/merge", {"into": full["id"]})
    assert (response.status_code, response.json()["code"]) == (409, "deck_full")
    assert fronts(client, tides) == ["ebb", "flow"]


def test_tags_are_added_to_and_removed_from_several_cards(api, alice, tides):
    client = api(alice)
    client.patch(f"{API}/cards/{ids(tides, 0)[0]}", {"tags": ["Sea", "old"]})
    body = {"cards": ids(tides, 0, 1), "add": ["sea", "moon"], "remove": ["OLD"]}
    assert client.post(f"{API}/cards/bulk-tag", body).json()["count"] == 2
    assert tags(client, tides) == [["Sea", "moon"], ["sea", "moon"]]


def test_bulk_tag_undo_requests_restore_previous_tags_of_each_card(api, alice, tides):
    client = api(alice)
    client.patch(f"{API}/cards/{ids(tides, 0)[0]}", {"tags": ["Sea", "old"]})
    undo = client.post(
        f"{API}/cards/bulk-tag",
        {"cards": ids(tides, 0, 1), "add": ["sea", "moon"], "remove": ["OLD"]},
    ).json()["undo"]
    assert undo == [
        {"cards": ids(tides, 0), "add": ["old"], "remove": ["moon"]},
        {"cards": ids(tides, 1), "add": [], "remove": ["sea", "moon"]},
    ]
    for body in undo:
        assert client.post(f"{API}/cards/bulk-tag", body).json()["count"] == 1
    assert tags(client, tides) == [["Sea", "old"], []]
    assert client.post(
        f"{API}/cards/bulk-tag", {"cards": ids(tides, 0), "add": ["SEA"]}
    ).json() == {
        "count": 0,
        "undo": [],
    }


def test_bulk_tag_changes_no_card_if_a_card_would_exceed_tag_limit(api, alice, tides):
    client = api(alice)
    client.patch(
        f"{API}/cards/{ids(tides, 1)[0]}", {"tags": [f"tag {number}" for number in range(50)]}
    )
    assert (
        client.post(
            f"{API}/cards/bulk-tag", {"cards": ids(tides, 0, 1), "add": ["one more"]}
        ).status_code
        == 400
    )
    assert client.get(f"{API}/cards/{ids(tides, 0)[0]}").json()["tags"] == []


def test_merge_moves_cards_except_duplicates_and_trashes_merged_deck(api, alice, tides, waves):
    client = api(alice)
    client.patch(f"{API}/cards/{ids(waves, 1)[0]}", {"back": "what EBB is."})
    merged = client.post(f"{API}/decks/{waves['id']}/merge", {"into": tides["id"]}).json()
    assert merged == {"moved": ids(waves, 0, 2), "leftOut": 1}
    assert fronts(client, tides) == ["ebb", "flow", "crest", "trough"]
    assert client.get(f"{API}/decks/{waves['id']}").status_code == 404
    assert client.get(f"{API}/trash").json() == {"decks": 1, "cards": 0}


def test_merge_is_undone_by_restoring_deck_with_moved_cards(api, alice, tides, waves):
    client = api(alice)
    merged = client.post(f"{API}/decks/{waves['id']}/merge", {"into": tides["id"]}).json()
    response = client.post(f"{API}/decks/{waves['id']}/restore", {"cards": merged["moved"]})
    assert response.status_code == 200
    assert sorted(fronts(client, waves)) == ["Ebb", "crest", "trough"]
    assert fronts(client, tides) == ["ebb", "flow"]


def test_merge_of_deck_into_itself_is_rejected(api, alice, tides):
    response = api(alice).post(f"{API}/decks/{tides['id']}/merge", {"into": tides["id"]})
    assert (response.status_code, list(response.json()["fields"])) == (400, ["into"])


def test_merge_and_move_into_deck_of_other_user_are_rejected_with_404(
    api, alice, bob, tides, make_deck
):
    bob_deck, client = make_deck(bob, "neap"), api(alice)
    assert (
        client.post(f"{API}/decks/{tides['id']}/merge", {"into": bob_deck["id"]}).status_code == 404
    )
    assert (
        client.post(
            f"{API}/cards/bulk-move", {"cards": ids(tides, 0), "to": bob_deck["id"]}
        ).status_code
        == 404
    )
    assert fronts(client, tides) == ["ebb", "flow"]

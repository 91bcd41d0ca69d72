"""Searching decks and cards by text and tags."""

import pytest
from django.test import Client
from django.utils import timezone

from flashcards.models import Schedule

API = "/api/flashcards"


@pytest.fixture
def library(alice, bob, api):
    client = api(alice)
    decks = [
        {
            "name": "Tides",
            "tags": ["Sea"],
            "cards": [{"front": "Ebb", "back": "Falling 100% of the time"}],
        },
        {
            "name": "Cells",
            "tags": ["biology"],
            "cards": [{"front": "Vacuole", "back": "A bubble", "tags": ["water"]}],
        },
        {"name": "Ärzte", "cards": [{"front": "Who?", "back": "A_B"}]},
    ]
    for deck in decks:
        assert client.post(f"{API}/decks", deck).status_code == 201
    api(bob).post(f"{API}/decks", decks[0])
    return client


def deck_names(client, **query):
    return {deck["name"] for deck in client.get(f"{API}/decks", query).json()["results"]}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("tides", {"Tides"}),
        ("falling", {"Tides"}),
        ("VACUOLE", {"Cells"}),
        ("cells bubble", {"Cells"}),
        ("tides bubble", set()),
        ("water", {"Cells"}),
        ("sea", {"Tides"}),
        ("ärzte", {"Ärzte"}),
        ("100%", {"Tides"}),
        ("%", {"Tides"}),
        ("_", {"Ärzte"}),
        ("\\", set()),
        ("  ", {"Tides", "Cells", "Ärzte"}),
        ("a b c d e f g", set()),
    ],
)
def test_deck_search_requires_each_word_in_name_tags_or_cards(library, query, names):
    assert deck_names(library, q=query) == names


@pytest.mark.parametrize(
    ("tag", "names"),
    [("sea", {"Tides"}), ("SEA", {"Tides"}), ("se", set()), ("water", set()), ("%", set())],
)
def test_tag_filter_matches_whole_deck_tags_ignoring_case(library, tag, names):
    assert deck_names(library, tag=tag) == names


def test_cards_of_deck_are_filtered_by_text_kind_and_tag(api, alice):
    cards = [
        {"front": "ebb", "back": "x", "tags": ["sea"]},
        {"front": "flow", "back": "ebb's other", "kind": "definition"},
        {"front": "neap", "back": "z"},
    ]
    deck = api(alice).post(f"{API}/decks", {"name": "Tides", "cards": cards}).json()

    def fronts(**query):
        return [
            card["front"]
            for card in api(alice).get(f"{API}/decks/{deck['id']}/cards", query).json()["results"]
        ]

    assert fronts(q="ebb") == ["ebb", "flow"]
    assert fronts(q="ebb", kind="definition") == ["flow"]
    assert fronts(tag="SEA") == ["ebb"]


def test_leech_filter_selects_cards_that_were_forgotten_eight_times(api, alice, make_deck):
    deck = make_deck(alice, "ebb", "flow", "neap")
    for card, lapses in zip(deck["cards"], (7, 8), strict=False):
        schedule = {
            "stability": 1, "difficulty": 5, "due_at": timezone.now(), "lapse_count": lapses,
            "last_reviewed_at": timezone.now(), "review_count": 20, "state": "review",
        }  # fmt: skip
        Schedule.objects.create(card_id=card["id"], user=alice, **schedule)
    address = f"{API}/decks/{deck['id']}/cards"

    def fronts(**query):
        return [card["front"] for card in api(alice).get(address, query).json()["results"]]

    assert fronts(leech="true") == ["flow"]
    assert fronts(leech="false") == ["ebb", "flow", "neap"]
    assert fronts(leech="true", q="ebb") == []
    client = Client(HTTP_HOST="localhost")
    client.force_login(alice, "django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/decks/{deck['id']}?leech=1").content.decode()
    assert "1 of 3 cards" in page
    assert "What ebb is" not in page


@pytest.mark.parametrize("query", [{"q": "\0"}, {"kind": "riddle"}, {"leech": "x"}])
def test_invalid_card_filter_is_rejected_by_parameter_name(api, alice, query):
    deck = api(alice).post(f"{API}/decks", {"name": "Tides"}).json()
    response = api(alice).get(f"{API}/decks/{deck['id']}/cards", query)
    assert (response.status_code, list(response.json()["fields"])) == (400, list(query))


def test_deck_is_not_found_by_card_in_trash(library):
    (deck,) = library.get(f"{API}/decks", {"q": "vacuole"}).json()["results"]
    card = library.get(f"{API}/decks/{deck['id']}").json()["cards"][0]
    library.delete(f"{API}/cards/{card['id']}")
    assert deck_names(library, q="vacuole") == set()


def test_tags_of_user_are_listed_most_used_first(library, api, charlie):
    library.post(f"{API}/decks", {"name": "Waves", "tags": ["sea"]})
    assert library.get(f"{API}/tags").json() == {"tags": ["Sea", "biology", "water"]}
    assert api(charlie).get(f"{API}/tags").json() == {"tags": []}

"""Server-rendered pages of decks, tested without a browser.

The tests cover search, the table, the trash, duplicates and the numbers of queries.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from flashcards.models import Deck
from flashcards.services.decks import deck_create
from flashcards.services.reviews import reviews_record
from flashcards.services.trash import cards_delete, deck_delete

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def browse(client: Client, alice: User) -> Callable[..., str]:
    """Return a function that opens an address as Alice and returns the page's HTML."""
    client.force_login(alice)

    def get(address: str, status: int = 200, **query: str) -> str:
        page = client.get(address, query)
        assert page.status_code == status, address
        return page.content.decode()

    return get


def create_deck(
    user: User, name: str, *fronts: str, tags: tuple[str, ...] = (), **fields: Any
) -> Deck:
    cards = [{"front": front, "back": f"What {front} is", **fields} for front in fronts]
    return deck_create(user=user, name=name, cards=cards, tags=tags)


def record_old_reviews(user: User, *decks: Deck) -> None:
    """Record a review for each card of the decks that makes the card due by now."""
    reviewed_at = timezone.now() - timedelta(days=30)
    items = [
        {
            "id": str(uuid.uuid4()),
            "cardId": str(card.pk),
            "rating": "easy",
            "reviewedAt": reviewed_at.isoformat(),
        }
        for deck in decks
        for card in deck.cards.all()
    ]
    outcomes = reviews_record(user=user, items=items, now=timezone.now())
    assert {outcome.status for outcome in outcomes} == {"recorded"}


def test_deck_search_matches_card_fronts_and_deck_tags(
    alice: User, browse: Callable[..., str]
) -> None:
    create_deck(alice, "Sea", "ebb", tags=("water",))
    create_deck(alice, "Cells", "vacuole")
    for query in ({"q": "EBB"}, {"tag": "Water"}):
        page = browse("/decks", **query)
        assert (">Sea<" in page, ">Cells<" in page, "1 deck found" in page) == (True, False, True)


def test_search_without_results_offers_all_decks_or_all_cards(
    alice: User, browse: Callable[..., str]
) -> None:
    deck = create_deck(alice, "Sea", "ebb")
    assert "Show all decks" in browse("/decks", q="volcano")
    assert "Show all cards" in browse(f"/decks/{deck.pk}", q="volcano")


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("newest", ["Big", "Ant", "Cat"]),
        ("name", ["Ant", "Big", "Cat"]),
        ("size", ["Big", "Cat", "Ant"]),
        ("changed", ["Cat", "Big", "Ant"]),
        ("due", ["Cat", "Ant", "Big"]),
        ("nonsense", ["Big", "Ant", "Cat"]),
    ],
)
def test_deck_list_is_sorted_by_sort_parameter_or_newest_first(
    alice: User, browse: Callable[..., str], sort: str, names: list[str]
) -> None:
    cat = create_deck(alice, "Cat", "a", "a2")
    ant = create_deck(alice, "Ant", "b")
    create_deck(alice, "Big", "c", "d", "e")
    record_old_reviews(alice, cat, ant)
    Deck.objects.filter(pk=cat.pk).update(updated_at=timezone.now())
    page = browse("/decks", sort=sort)
    assert sorted(names, key=lambda name: page.index(f">{name}<")) == names


def test_pagination_links_keep_search_and_sort_order(
    alice: User, browse: Callable[..., str]
) -> None:
    for number in range(21):
        create_deck(alice, f"Sea {number}")
    page = browse("/decks", q="sea", sort="name")
    assert 'href="?q=sea&amp;sort=name&amp;page=2"' in page


def test_table_view_shows_cards_as_cells_and_is_remembered(
    alice: User, browse: Callable[..., str]
) -> None:
    deck = create_deck(alice, "Sea", "ebb")
    assert "card-table" not in browse(f"/decks/{deck.pk}")
    assert ">ebb</textarea>" in browse(f"/decks/{deck.pk}", view="table")
    assert "card-table" in browse(f"/decks/{deck.pk}")


def test_deck_page_shows_provenance_and_sentences_of_cards(
    alice: User, browse: Callable[..., str]
) -> None:
    deck = create_deck(alice, "Sea", "ebb", found=False, sentence="The sea falls.")
    Deck.objects.filter(pk=deck.pk).update(
        source="All about the sea.", model_id="SmolLM2", engine="wllama"
    )
    page = browse(f"/decks/{deck.pk}", view="table")
    assert "by SmolLM2 with wllama" in page
    assert "All about the sea." in page
    assert "Not found" in page
    assert "The sea falls." in page


def test_deck_page_says_that_cards_were_made_without_model(
    alice: User, browse: Callable[..., str]
) -> None:
    deck = create_deck(alice, "Sea", "ebb")
    assert "without a model" not in browse(f"/decks/{deck.pk}")
    Deck.objects.filter(pk=deck.pk).update(source="All about the sea.")
    assert "from notes, without a model" in browse(f"/decks/{deck.pk}")


def test_trash_page_lists_deleted_decks_and_cards(alice: User, browse: Callable[..., str]) -> None:
    assert "The bin is empty" in browse("/decks/trash")
    deck_delete(user=alice, deck_id=create_deck(alice, "Sea", "ebb").pk)
    kept = create_deck(alice, "Cells", "vacuole")
    cards_delete(user=alice, card_ids=[card.pk for card in kept.cards.all()])
    page = browse("/decks/trash")
    assert ("Sea" in page, "vacuole" in page) == (True, True)
    assert "(2)" in browse("/decks")


def test_duplicates_page_covers_all_decks_or_selected_deck(
    alice: User, browse: Callable[..., str]
) -> None:
    create_deck(alice, "Sea", "ebb")
    create_deck(alice, "Tides", "Ebb")
    cells = create_deck(alice, "Cells", "vacuole")
    assert "1 question asked more than once" in browse("/decks/duplicates")
    assert "No duplicates" in browse("/decks/duplicates", deck=str(cells.pk))
    browse("/decks/duplicates", status=404, deck="nonsense")


def test_script_tags_in_decks_and_cards_are_escaped_in_all_views(
    alice: User, browse: Callable[..., str]
) -> None:
    deck = create_deck(alice, HOSTILE, HOSTILE, tags=(HOSTILE,), sentence=HOSTILE, found=True)
    create_deck(alice, "Twin", HOSTILE)
    Deck.objects.filter(pk=deck.pk).update(source=HOSTILE)
    for address in (
        "/decks",
        f"/decks/{deck.pk}",
        f"/decks/{deck.pk}?view=table",
        "/decks/duplicates",
        f"/decks?q={HOSTILE}",
    ):
        assert HOSTILE not in browse(address), address
    deck_delete(user=alice, deck_id=deck.pk)
    assert HOSTILE not in browse("/decks/trash")


@pytest.mark.parametrize("count", [2, 15])
def test_deck_pages_use_constant_number_of_queries(
    alice: User,
    browse: Callable[..., str],
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(count):
        deck = create_deck(alice, f"Deck {number}", *(f"front {each}" for each in range(count)))
    # The queries are: session, user, number of decks, a page of decks, tags, decks in the trash,
    # cards in the trash.
    with django_assert_num_queries(7):
        browse("/decks")
    for view in ("cards", "table"):
        # The queries are: session, user, deck, number of cards, a page of cards.
        with django_assert_num_queries(5):
            browse(f"/decks/{deck.pk}", view=view)
    # The queries are: session, user, ignored duplicates, number of groups, a page of groups, their
    # cards with their decks.
    with django_assert_num_queries(6):
        browse("/decks/duplicates")

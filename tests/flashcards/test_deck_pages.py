"""Server-rendered pages of decks, tested without a browser.

The tests cover search, the table, the trash, duplicates and the numbers of queries.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from flashcards.models import Deck
from flashcards.services.decks import deck_create
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


def deck_of(
    user: User, name: str, *fronts: str, tags: tuple[str, ...] = (), **members: Any
) -> Deck:
    cards = [{"front": front, "back": f"What {front} is", **members} for front in fronts]
    return deck_create(user=user, name=name, cards=cards, tags=tags)


def test_decks_are_found_by_their_cards_and_tags(alice: User, browse: Callable[..., str]) -> None:
    deck_of(alice, "Sea", "ebb", tags=("water",))
    deck_of(alice, "Cells", "vacuole")
    for query in ({"q": "EBB"}, {"tag": "Water"}):
        page = browse("/decks", **query)
        assert (">Sea<" in page, ">Cells<" in page, "1 deck found" in page) == (True, False, True)


def test_what_is_not_found_has_a_next_step(alice: User, browse: Callable[..., str]) -> None:
    deck = deck_of(alice, "Sea", "ebb")
    assert "Show all decks" in browse("/decks", q="volcano")
    assert "Show all cards" in browse(f"/decks/{deck.pk}", q="volcano")


@pytest.mark.parametrize(
    ("sort", "first"),
    [("newest", "Big"), ("name", "Ant"), ("size", "Big"), ("changed", "Big"), ("nonsense", "Big")],
)
def test_decks_come_in_the_order_asked_for(
    alice: User, browse: Callable[..., str], sort: str, first: str
) -> None:
    deck_of(alice, "Cat", "a")
    deck_of(alice, "Ant", "b")
    deck_of(alice, "Big", "c", "d")
    page = browse("/decks", sort=sort)
    assert min(("Ant", "Big", "Cat"), key=lambda name: page.index(f">{name}<")) == first


def test_pages_keep_what_was_asked(alice: User, browse: Callable[..., str]) -> None:
    for number in range(21):
        deck_of(alice, f"Sea {number}")
    page = browse("/decks", q="sea", sort="name")
    assert 'href="?q=sea&amp;sort=name&amp;page=2"' in page


def test_the_table_shows_cells_and_is_shown_again_next_time(
    alice: User, browse: Callable[..., str]
) -> None:
    deck = deck_of(alice, "Sea", "ebb")
    assert "card-table" not in browse(f"/decks/{deck.pk}")
    assert ">ebb</textarea>" in browse(f"/decks/{deck.pk}", view="table")
    assert "card-table" in browse(f"/decks/{deck.pk}")


def test_a_deck_says_where_its_cards_came_from(alice: User, browse: Callable[..., str]) -> None:
    deck = deck_of(alice, "Sea", "ebb", found=False, sentence="The sea falls.")
    Deck.objects.filter(pk=deck.pk).update(
        source="All about the sea.", model_id="SmolLM2", engine="wllama"
    )
    page = browse(f"/decks/{deck.pk}", view="table")
    assert "by SmolLM2 with wllama" in page
    assert "All about the sea." in page
    assert "Not found" in page
    assert "The sea falls." in page


def test_the_bin_shows_what_was_deleted(alice: User, browse: Callable[..., str]) -> None:
    assert "The bin is empty" in browse("/decks/trash")
    deck_delete(user=alice, deck_id=deck_of(alice, "Sea", "ebb").pk)
    kept = deck_of(alice, "Cells", "vacuole")
    cards_delete(user=alice, card_ids=[card.pk for card in kept.cards.all()])
    page = browse("/decks/trash")
    assert ("Sea" in page, "vacuole" in page) == (True, True)
    assert "(2)" in browse("/decks")


def test_duplicates_are_listed_in_all_decks_or_seen_from_one(
    alice: User, browse: Callable[..., str]
) -> None:
    deck_of(alice, "Sea", "ebb")
    deck_of(alice, "Tides", "Ebb")
    cells = deck_of(alice, "Cells", "vacuole")
    assert "1 question asked more than once" in browse("/decks/duplicates")
    assert "No duplicates" in browse("/decks/duplicates", deck=str(cells.pk))
    browse("/decks/duplicates", status=404, deck="nonsense")


def test_what_a_model_wrote_stays_text_in_every_view(
    alice: User, browse: Callable[..., str]
) -> None:
    deck = deck_of(alice, HOSTILE, HOSTILE, tags=(HOSTILE,), sentence=HOSTILE, found=True)
    deck_of(alice, "Twin", HOSTILE)
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
def test_a_page_takes_as_many_queries_for_many_as_for_few(
    alice: User,
    browse: Callable[..., str],
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(count):
        deck = deck_of(alice, f"Deck {number}", *(f"front {each}" for each in range(count)))
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

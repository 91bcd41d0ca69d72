"""The study queue: learning steps, due cards and new cards, within the daily limits."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flashcards.models import Card, Deck, Schedule, StudySettings
from flashcards.services.reviews import reviews_record
from flashcards.services.study_queue import QUEUE_CARDS, study_queue
from sessions_app.exceptions import NotFound

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def queue_fronts(alice):
    """Return a function that returns the fronts of the queue's cards at a given time."""

    def fronts_at(user=alice, at=NOW, deck=None):
        return [card.front for card in study_queue(user=user, now=at, deck_id=deck).cards]

    return fronts_at


def record_reviews(user, *steps):
    """Record reviews of cards, which are given as (front, rating, time)."""
    items = [
        {
            "id": str(uuid.uuid4()),
            "cardId": str(Card.objects.of(user).get(front=front).pk),
            "rating": rating,
            "reviewedAt": at.isoformat(),
        }
        for front, rating, at in steps
    ]
    assert {
        result.status
        for result in reviews_record(
            user=user, items=items, now=max(NOW, *(at for _, _, at in steps))
        )
    } == {"recorded"}


def ago(**span):
    return NOW - timedelta(**span)


def test_new_cards_are_queued_in_deck_order_up_to_daily_limit(alice, make_deck):
    StudySettings.objects.create(user=alice, new_per_day=3)
    make_deck(alice, "a", "b")
    make_deck(alice, "c", "d")
    queue = study_queue(user=alice, now=NOW)
    assert [card.front for card in queue.cards] == ["a", "b", "c"]
    assert queue.counts == {"new": 3, "learning": 0, "due": 0}
    assert queue.waiting["new"] == 1


def test_cards_learned_today_count_against_daily_limit_until_day_ends(
    alice, make_deck, queue_fronts
):
    StudySettings.objects.create(
        user=alice, new_per_day=2, day_begins_hour=4, time_zone="Europe/Vienna"
    )
    make_deck(alice, "a", "b", "c", "d")
    evening = datetime(2026, 3, 9, 22, 30, tzinfo=UTC)  # 23:30 in Vienna
    record_reviews(alice, ("a", "easy", evening), ("b", "easy", evening))
    assert queue_fronts(at=datetime(2026, 3, 10, 2, 59, tzinfo=UTC)) == []
    assert queue_fronts(at=datetime(2026, 3, 10, 3, 0, tzinfo=UTC)) == ["c", "d"]


def test_queue_order_is_learning_then_due_then_new_cards(alice, make_deck, queue_fronts):
    make_deck(alice, "new", "due", "older", "step", "future")
    record_reviews(
        alice,
        ("older", "easy", ago(days=40)),
        ("due", "easy", ago(days=20)),
        ("future", "easy", ago(days=1)),
        ("step", "good", ago(minutes=2)),
    )
    assert queue_fronts() == ["step", "older", "due", "new"]


def test_learning_card_due_later_today_is_already_queued(alice, make_deck):
    make_deck(alice, "step")
    record_reviews(alice, ("step", "good", NOW))
    queue = study_queue(user=alice, now=NOW)
    assert queue.counts == {"new": 0, "learning": 1, "due": 0}
    assert queue.cards[0].schedule.due_at == NOW + timedelta(minutes=10)


def test_daily_limit_applies_to_due_cards_but_not_to_relearning_cards(
    alice, make_deck, queue_fronts
):
    StudySettings.objects.create(user=alice, reviews_per_day=2, new_per_day=0)
    make_deck(alice, "a", "b", "c", "d")
    record_reviews(
        alice, *[(front, "easy", ago(days=30 - position)) for position, front in enumerate("abcd")]
    )
    assert queue_fronts() == ["a", "b"]
    record_reviews(alice, ("a", "again", NOW))
    assert queue_fronts() == ["a", "b"]
    assert study_queue(user=alice, now=NOW).waiting == {"new": 0, "learning": 0, "due": 2}


def test_queue_of_deck_contains_only_its_cards(alice, make_deck, queue_fronts):
    make_deck(alice, "a")
    deck = make_deck(alice, "b")
    assert queue_fronts(deck=uuid.UUID(deck["id"])) == ["b"]


def test_empty_queue_has_time_of_next_due_card(alice, make_deck):
    StudySettings.objects.create(user=alice, new_per_day=0)
    make_deck(alice, "a", "b")
    record_reviews(alice, ("a", "easy", ago(days=1)), ("b", "easy", ago(days=2)))
    queue = study_queue(user=alice, now=NOW)
    assert queue.cards == []
    assert queue.next_due_at == Schedule.objects.get(card__front="b").due_at


def test_trashed_cards_and_decks_are_not_queued(alice, make_deck, queue_fronts):
    make_deck(alice, "kept", "gone")
    trashed_deck = make_deck(alice, "deck gone")
    record_reviews(alice, ("gone", "good", ago(days=3)))
    Card.objects.filter(front="gone").update(deleted_at=NOW)
    Deck.objects.filter(pk=trashed_deck["id"]).update(deleted_at=NOW)
    assert queue_fronts() == ["kept"]
    assert study_queue(user=alice, now=NOW).counts == {"new": 1, "learning": 0, "due": 0}


def test_queue_excludes_cards_and_decks_of_other_users(
    alice, bob, charlie, make_deck, queue_fronts
):
    deck = make_deck(alice, "a")
    make_deck(bob, "b")
    assert queue_fronts(user=bob) == ["b"]
    assert queue_fronts(user=charlie) == []
    with pytest.raises(NotFound):
        study_queue(user=charlie, now=NOW, deck_id=uuid.UUID(deck["id"]))


def test_queue_length_is_limited_but_counts_are_complete(alice):
    deck = Deck.objects.create(user=alice, name="Many")
    Card.objects.bulk_create(
        Card(deck=deck, position=position, front=f"{position}", back="x")
        for position in range(QUEUE_CARDS + 50)
    )
    StudySettings.objects.create(user=alice, new_per_day=9999)
    queue = study_queue(user=alice, now=NOW)
    assert len(queue.cards) == QUEUE_CARDS
    assert queue.counts["new"] == QUEUE_CARDS + 50


def test_query_count_of_queue_is_independent_of_number_of_cards(api, alice, make_deck):
    counts = []
    for fronts in (("a",), [f"card {n}" for n in range(30)]):
        make_deck(alice, *fronts)
        with CaptureQueriesContext(connection) as captured:
            assert api(alice).get("/api/flashcards/study/queue").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[1] <= 8


def test_rest_queue_includes_schedule_previews_settings_and_weights(api, alice, make_deck):
    make_deck(alice, "a", name="Letters")
    body = api(alice).get("/api/flashcards/study/queue").json()
    (card,) = body["cards"]
    assert (card["front"], card["deckName"], card["schedule"]) == ("a", "Letters", None)
    assert card["previews"] == {"again": 60, "hard": 330, "good": 600, "easy": 691_200}
    assert body["settings"]["newPerDay"] == 20
    assert len(body["scheduling"]["weights"]) == 21


def test_decks_include_number_of_due_cards(api, alice, make_deck):
    first, other = make_deck(alice, "a", "b"), make_deck(alice, "c")
    reviewed_at = datetime.now(UTC) - timedelta(days=30)
    reviews = [
        {
            "id": str(uuid.uuid4()),
            "cardId": card["id"],
            "rating": "easy",
            "reviewedAt": reviewed_at.isoformat(),
        }
        for card in first["cards"]
    ]
    api(alice).post("/api/flashcards/reviews", {"reviews": reviews})
    decks = api(alice).get("/api/flashcards/decks").json()["results"]
    assert {deck["id"]: deck["dueCount"] for deck in decks} == {first["id"]: 2, other["id"]: 0}
    assert api(alice).get(f"/api/flashcards/decks/{first['id']}").json()["dueCount"] == 2

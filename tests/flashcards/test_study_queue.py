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
def fronts(alice):
    """Return a function that returns the questions in the queue at a given time."""

    def ask(user=alice, at=NOW, deck=None):
        return [card.front for card in study_queue(user=user, now=at, deck_id=deck).cards]

    return ask


def rated(user, *steps):
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


def test_new_cards_come_in_the_decks_order_up_to_the_days_limit(alice, make_deck, fronts):
    StudySettings.objects.create(user=alice, new_per_day=3)
    make_deck(alice, "a", "b")
    make_deck(alice, "c", "d")
    queue = study_queue(user=alice, now=NOW)
    assert [card.front for card in queue.cards] == ["a", "b", "c"]
    assert queue.counts == {"new": 3, "learning": 0, "due": 0}
    assert queue.waiting["new"] == 1


def test_new_cards_learned_today_count_against_the_limit_until_the_day_ends(
    alice, make_deck, fronts
):
    StudySettings.objects.create(
        user=alice, new_per_day=2, day_begins_hour=4, time_zone="Europe/Vienna"
    )
    make_deck(alice, "a", "b", "c", "d")
    evening = datetime(2026, 3, 9, 22, 30, tzinfo=UTC)  # 23:30 in Vienna
    rated(alice, ("a", "easy", evening), ("b", "easy", evening))
    assert fronts(at=datetime(2026, 3, 10, 2, 59, tzinfo=UTC)) == []
    assert fronts(at=datetime(2026, 3, 10, 3, 0, tzinfo=UTC)) == ["c", "d"]


def test_steps_come_before_what_is_due_and_that_before_what_is_new(alice, make_deck, fronts):
    make_deck(alice, "new", "due", "older", "step", "future")
    rated(
        alice,
        ("older", "easy", ago(days=40)),
        ("due", "easy", ago(days=20)),
        ("future", "easy", ago(days=1)),
        ("step", "good", ago(minutes=2)),
    )
    assert fronts() == ["step", "older", "due", "new"]


def test_a_step_that_is_due_later_today_is_in_the_queue_already(alice, make_deck):
    make_deck(alice, "step")
    rated(alice, ("step", "good", NOW))
    queue = study_queue(user=alice, now=NOW)
    assert queue.counts == {"new": 0, "learning": 1, "due": 0}
    assert queue.cards[0].schedule.due_at == NOW + timedelta(minutes=10)


def test_reviews_are_limited_by_day_and_steps_are_not(alice, make_deck, fronts):
    StudySettings.objects.create(user=alice, reviews_per_day=2, new_per_day=0)
    make_deck(alice, "a", "b", "c", "d")
    rated(alice, *[(front, "easy", ago(days=30 - place)) for place, front in enumerate("abcd")])
    assert fronts() == ["a", "b"]
    rated(alice, ("a", "again", NOW))
    assert fronts() == ["a", "b"]
    assert study_queue(user=alice, now=NOW).waiting == {"new": 0, "learning": 0, "due": 2}


def test_one_deck_alone(alice, make_deck, fronts):
    make_deck(alice, "a")
    deck = make_deck(alice, "b")
    assert fronts(deck=uuid.UUID(deck["id"])) == ["b"]


def test_nothing_due_says_when_something_will_be(alice, make_deck):
    StudySettings.objects.create(user=alice, new_per_day=0)
    make_deck(alice, "a", "b")
    rated(alice, ("a", "easy", ago(days=1)), ("b", "easy", ago(days=2)))
    queue = study_queue(user=alice, now=NOW)
    assert queue.cards == []
    assert queue.next_due_at == Schedule.objects.get(card__front="b").due_at


def test_what_is_in_the_bin_is_not_asked(alice, make_deck, fronts):
    make_deck(alice, "kept", "gone")
    gone = make_deck(alice, "deck gone")
    rated(alice, ("gone", "good", ago(days=3)))
    Card.objects.filter(front="gone").update(deleted_at=NOW)
    Deck.objects.filter(pk=gone["id"]).update(deleted_at=NOW)
    assert fronts() == ["kept"]
    assert study_queue(user=alice, now=NOW).counts == {"new": 1, "learning": 0, "due": 0}


def test_strangers_have_queues_of_their_own(alice, bob, charlie, make_deck, fronts):
    deck = make_deck(alice, "a")
    make_deck(bob, "b")
    assert fronts(user=bob) == ["b"]
    assert fronts(user=charlie) == []
    with pytest.raises(NotFound):
        study_queue(user=charlie, now=NOW, deck_id=uuid.UUID(deck["id"]))


def test_a_queue_is_bounded_and_counts_are_not(alice):
    deck = Deck.objects.create(user=alice, name="Many")
    Card.objects.bulk_create(
        Card(deck=deck, position=place, front=f"{place}", back="x")
        for place in range(QUEUE_CARDS + 50)
    )
    StudySettings.objects.create(user=alice, new_per_day=9999)
    queue = study_queue(user=alice, now=NOW)
    assert len(queue.cards) == QUEUE_CARDS
    assert queue.counts["new"] == QUEUE_CARDS + 50


def test_a_queue_costs_as_many_queries_for_many_cards_as_for_one(api, alice, make_deck):
    counts = []
    for fronts in (("a",), [f"card {n}" for n in range(30)]):
        make_deck(alice, *fronts)
        with CaptureQueriesContext(connection) as captured:
            assert api(alice).get("/api/flashcards/study/queue").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[1] <= 8


def test_over_rest_a_card_brings_its_schedule_and_what_each_rating_gives(api, alice, make_deck):
    make_deck(alice, "a", name="Letters")
    body = api(alice).get("/api/flashcards/study/queue").json()
    (card,) = body["cards"]
    assert (card["front"], card["deckName"], card["schedule"]) == ("a", "Letters", None)
    assert card["previews"] == {"again": 60, "hard": 330, "good": 600, "easy": 691_200}
    assert body["settings"]["newPerDay"] == 20
    assert len(body["scheduling"]["weights"]) == 21


def test_decks_say_how_many_are_due(api, alice, make_deck):
    first, other = make_deck(alice, "a", "b"), make_deck(alice, "c")
    when = datetime.now(UTC) - timedelta(days=30)
    sent = [
        {
            "id": str(uuid.uuid4()),
            "cardId": card["id"],
            "rating": "easy",
            "reviewedAt": when.isoformat(),
        }
        for card in first["cards"]
    ]
    api(alice).post("/api/flashcards/reviews", {"reviews": sent})
    decks = api(alice).get("/api/flashcards/decks").json()["results"]
    assert {deck["id"]: deck["dueCount"] for deck in decks} == {first["id"]: 2, other["id"]: 0}
    assert api(alice).get(f"/api/flashcards/decks/{first['id']}").json()["dueCount"] == 2

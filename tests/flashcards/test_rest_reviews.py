"""Reviews over REST: recorded once, applied in the order of their times, and undone exactly."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from flashcards.models import Card, Review, Schedule
from flashcards.services.reviews import review_undo, reviews_record

REVIEWS = "/api/flashcards/reviews"


@pytest.fixture
def cards(alice, make_deck):
    """Return the IDs of Alice's three cards."""
    return [card["id"] for card in make_deck(alice, "ebb", "flow", "neap")["cards"]]


def review(card, rating="good", minutes_ago=0, **fields):
    reviewed_at = timezone.now() - timedelta(minutes=minutes_ago)
    return {
        "id": str(uuid.uuid4()),
        "cardId": str(card),
        "rating": rating,
        "reviewedAt": reviewed_at.isoformat(),
        "seconds": 3.5,
        **fields,
    }


@pytest.fixture
def send(api, alice):
    def post(*items, user=alice):
        response = api(user).post(REVIEWS, {"reviews": list(items)})
        assert response.status_code == 200, response.content
        return response.json()["results"]

    return post


def schedules(card):
    return list(Schedule.objects.filter(card=card).values())


def test_review_is_recorded_and_creates_schedule(send, cards):
    (result,) = send(review(cards[0]))
    assert result["status"] == "recorded"
    assert result["schedule"]["state"] == "learning"
    assert result["schedule"]["intervalSeconds"] == 600
    row = Review.objects.get()
    assert (row.state, row.before, row.seconds) == ("new", None, 3.5)


def test_review_batch_sent_twice_is_recorded_once(send, cards):
    batch = [review(cards[0], minutes_ago=20), review(cards[0], minutes_ago=5), review(cards[1])]
    first, second = send(*batch), send(*batch)
    assert [result["status"] for result in first] == ["recorded"] * 3
    assert [result["status"] for result in second] == ["known"] * 3
    assert [result["schedule"] for result in first] == [result["schedule"] for result in second]
    assert Review.objects.count() == 3


def test_repeated_review_id_in_batch_is_recorded_once(send, cards):
    item = review(cards[0])
    assert [result["status"] for result in send(item, {**item, "rating": "again"})] == [
        "recorded",
        "known",
    ]
    assert Review.objects.get().rating == 3


def test_late_reviews_are_applied_in_order_of_their_times(send, cards):
    """Send one card's reviews out of order, as two devices do, and compare its schedule.

    When an earlier review arrives, the server recomputes the later reviews of its card.
    """
    ratings = [
        ("good", 60 * 24 * 9),
        ("good", 60 * 24 * 9 - 10),
        ("again", 60 * 24 * 4),
        ("good", 60 * 24),
        ("hard", 5),
    ]
    in_order = [review(cards[0], rating, ago) for rating, ago in ratings]
    out_of_order = [{**item, "id": str(uuid.uuid4()), "cardId": cards[1]} for item in in_order]
    send(*in_order)
    send(out_of_order[3])
    send(out_of_order[0], out_of_order[4])
    send(out_of_order[2], out_of_order[1])
    (schedule,), (other,) = schedules(cards[0]), schedules(cards[1])
    assert {**schedule, "card_id": None} == {**other, "card_id": None}
    states = [
        list(
            Review.objects.filter(card=card).order_by("reviewed_at").values_list("state", "before")
        )
        for card in cards[:2]
    ]
    assert states[0] == states[1]


def test_undo_of_review_restores_previous_schedule(send, api, alice, cards):
    send(review(cards[0], minutes_ago=60 * 48), review(cards[0], minutes_ago=60 * 47))
    before = schedules(cards[0])
    last = review(cards[0], "again")
    send(last)
    assert schedules(cards[0]) != before
    assert api(alice).delete(f"{REVIEWS}/{last['id']}").status_code == 204
    assert schedules(cards[0]) == before


def test_undo_of_only_review_deletes_schedule_and_is_idempotent(send, api, alice, cards):
    only_review = review(cards[0])
    send(only_review)
    for _ in range(2):
        assert api(alice).delete(f"{REVIEWS}/{only_review['id']}").status_code == 204
    assert schedules(cards[0]) == []


def test_undone_review_stays_undone_if_sent_again(send, api, alice, cards):
    only_review = review(cards[0])
    send(only_review)
    api(alice).delete(f"{REVIEWS}/{only_review['id']}")
    assert send(only_review)[0]["status"] == "known"
    assert schedules(cards[0]) == []
    assert api(alice).get(REVIEWS).json()["results"] == []


def test_undo_of_middle_review_recomputes_later_reviews(send, api, alice, cards):
    first, second, third = (
        review(cards[0], rating, ago)
        for rating, ago in (("good", 9000), ("again", 8990), ("good", 8000))
    )
    send(first, second, third)
    api(alice).delete(f"{REVIEWS}/{second['id']}")
    send(
        {**first, "id": str(uuid.uuid4()), "cardId": cards[1]},
        {**third, "id": str(uuid.uuid4()), "cardId": cards[1]},
    )
    assert [{**row, "card_id": None} for row in schedules(cards[0])] == [
        {**row, "card_id": None} for row in schedules(cards[1])
    ]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"id": "7"}, "invalid"),
        ({"cardId": None}, "invalid"),
        ({"rating": "great"}, "unknown_rating"),
        ({"rating": 3}, "unknown_rating"),
        ({"reviewedAt": "yesterday"}, "invalid"),
        ({"reviewedAt": "2026-01-31T18:30:00"}, "invalid"),
        ({"reviewedAt": "2026-13-31T18:30:00Z"}, "invalid"),
        ({"reviewedAt": (timezone.now() + timedelta(hours=8)).isoformat()}, "in_future"),
        ({"reviewedAt": "1999-12-31T23:59:59Z"}, "too_old"),
        ({"seconds": -1}, "invalid"),
        ({"seconds": "3"}, "invalid"),
        ({"cardId": str(uuid.uuid4())}, "not_found"),
    ],
)
def test_invalid_review_is_rejected_without_affecting_others_in_batch(send, cards, fields, code):
    results = send(review(cards[0]), {**review(cards[1]), **fields}, review(cards[2]))
    assert [result["status"] for result in results] == ["recorded", "refused", "recorded"]
    assert results[1]["code"] == code
    assert results[1]["error"].endswith(".")


def test_review_that_is_not_an_object_is_rejected_without_affecting_others(send, cards):
    assert [result["status"] for result in send(3, None, review(cards[0]))] == [
        "refused",
        "refused",
        "recorded",
    ]


def test_review_time_slightly_in_future_is_stored_as_now(send, cards):
    assert send(review(cards[0], minutes_ago=-3))[0]["status"] == "recorded"
    assert Review.objects.get().reviewed_at <= timezone.now()


def test_review_duration_is_capped_at_one_hour(send, cards):
    send(review(cards[0], seconds=50_000))
    assert Review.objects.get().seconds == 3600


@pytest.mark.parametrize(
    "body", [{}, {"reviews": []}, {"reviews": {}}, {"reviews": "x"}, {"reviews": [1] * 501}, []]
)
def test_invalid_review_batch_is_rejected(api, alice, body):
    response = api(alice).post(REVIEWS, body)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_review_with_id_of_other_users_review_is_rejected(send, bob, cards, make_deck):
    alice_review = review(cards[0])
    send(alice_review)
    (bob_card,) = make_deck(bob, "moon")["cards"]
    (result,) = send({**alice_review, "cardId": bob_card["id"]}, user=bob)
    assert (result["status"], result["code"]) == ("refused", "id_taken")
    assert schedules(bob_card["id"]) == []


def test_review_is_kept_and_undoable_after_its_card_is_deleted(send, api, alice, cards):
    item = review(cards[0])
    send(item)
    Card.objects.get(pk=cards[0]).delete()
    assert Review.objects.get().card_id is None
    assert api(alice).delete(f"{REVIEWS}/{item['id']}").status_code == 204


def test_number_of_queries_does_not_grow_with_size_of_review_batch(
    alice, cards, django_assert_max_num_queries
):
    batch = [review(cards[n % 3], minutes_ago=200 - n) for n in range(100)]
    counts = []
    for items in ([review(cards[0], minutes_ago=500)], batch):
        with django_assert_max_num_queries(9) as captured:
            reviews_record(user=alice, items=items, now=timezone.now())
        counts.append(len(captured))
    assert counts[1] <= counts[0] + 1  # one more query, for the later reviews that change


@pytest.mark.django_db(transaction=True)
def test_review_batch_sent_simultaneously_from_several_tabs_is_recorded_once(alice, cards):
    batch = [review(card, minutes_ago=ago) for ago in (30, 20, 10) for card in cards]
    statuses: list[str] = []

    def record_in_tab(items):
        statuses.extend(
            result.status for result in reviews_record(user=alice, items=items, now=timezone.now())
        )
        connections.close_all()

    tabs = [
        threading.Thread(target=record_in_tab, args=(items,))
        for items in (batch, batch[::-1], batch)
    ]
    for thread in tabs:
        thread.start()
    for thread in tabs:
        thread.join(20)
    assert sorted(statuses) == ["known"] * 18 + ["recorded"] * 9
    assert set(Schedule.objects.values_list("review_count", flat=True)) == {3}


def test_undo_of_other_users_review_returns_404(charlie, send, cards, api):
    item = review(cards[0])
    send(item)
    assert api(charlie).delete(f"{REVIEWS}/{item['id']}").status_code == 404
    assert Review.objects.get().undone_at is None


def test_undo_of_review_stores_its_time(alice, send, cards):
    item = review(cards[0])
    send(item)
    now = timezone.now()
    review_undo(user=alice, review_id=uuid.UUID(item["id"]), now=now)
    assert Review.objects.get().undone_at == now

"""Reviews over REST: recorded once, applied in the order of their times, and undone exactly."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from flashcards.models import Card, Review, Schedule
from flashcards.services.reviews import review_undo, reviews_record

REVIEWS = "/api/flashcards/reviews"


@pytest.fixture
def cards(alice, make_deck):
    """Return the IDs of Alice's three cards."""
    return [card["id"] for card in make_deck(alice, "ebb", "flow", "neap")["cards"]]


def review(card, rating="good", minutes_ago=0, **members):
    at = timezone.now() - timedelta(minutes=minutes_ago)
    return {
        "id": str(uuid.uuid4()),
        "cardId": str(card),
        "rating": rating,
        "reviewedAt": at.isoformat(),
        "seconds": 3.5,
        **members,
    }


@pytest.fixture
def send(api, alice):
    def post(*items, user=alice):
        answer = api(user).post(REVIEWS, {"reviews": list(items)})
        assert answer.status_code == 200, answer.content
        return answer.json()["results"]

    return post


def schedules(card):
    return list(Schedule.objects.filter(card=card).values())


def test_a_review_makes_a_schedule(send, cards):
    (result,) = send(review(cards[0]))
    assert result["status"] == "recorded"
    assert result["schedule"]["state"] == "learning"
    assert result["schedule"]["intervalSeconds"] == 600
    row = Review.objects.get()
    assert (row.state, row.before, row.seconds) == ("new", None, 3.5)


def test_a_batch_sent_twice_is_recorded_once(send, cards):
    batch = [review(cards[0], minutes_ago=20), review(cards[0], minutes_ago=5), review(cards[1])]
    first, second = send(*batch), send(*batch)
    assert [result["status"] for result in first] == ["recorded"] * 3
    assert [result["status"] for result in second] == ["known"] * 3
    assert [result["schedule"] for result in first] == [result["schedule"] for result in second]
    assert Review.objects.count() == 3


def test_one_id_twice_in_a_batch_is_one_review(send, cards):
    item = review(cards[0])
    assert [result["status"] for result in send(item, {**item, "rating": "again"})] == [
        "recorded",
        "known",
    ]
    assert Review.objects.get().rating == 3


def test_reviews_that_come_late_are_applied_in_the_order_of_their_times(send, cards):
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
    straight = [review(cards[0], rating, ago) for rating, ago in ratings]
    crooked = [{**item, "id": str(uuid.uuid4()), "cardId": cards[1]} for item in straight]
    send(*straight)
    send(crooked[3])
    send(crooked[0], crooked[4])
    send(crooked[2], crooked[1])
    (schedule,), (other,) = schedules(cards[0]), schedules(cards[1])
    assert {**schedule, "card_id": None} == {**other, "card_id": None}
    befores = [
        list(
            Review.objects.filter(card=card).order_by("reviewed_at").values_list("state", "before")
        )
        for card in cards[:2]
    ]
    assert befores[0] == befores[1]


def test_an_undone_review_leaves_the_card_exactly_as_it_was(send, api, alice, cards):
    send(review(cards[0], minutes_ago=60 * 48), review(cards[0], minutes_ago=60 * 47))
    before = schedules(cards[0])
    last = review(cards[0], "again")
    send(last)
    assert schedules(cards[0]) != before
    assert api(alice).delete(f"{REVIEWS}/{last['id']}").status_code == 204
    assert schedules(cards[0]) == before


def test_undoing_the_only_review_makes_the_card_new(send, api, alice, cards):
    only = review(cards[0])
    send(only)
    for _ in range(2):
        assert api(alice).delete(f"{REVIEWS}/{only['id']}").status_code == 204
    assert schedules(cards[0]) == []


def test_an_undone_review_stays_undone_when_it_is_sent_again(send, api, alice, cards):
    only = review(cards[0])
    send(only)
    api(alice).delete(f"{REVIEWS}/{only['id']}")
    assert send(only)[0]["status"] == "known"
    assert schedules(cards[0]) == []
    assert api(alice).get(REVIEWS).json()["results"] == []


def test_undoing_in_the_middle_rates_the_rest_anew(send, api, alice, cards):
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
    ("members", "code"),
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
def test_a_wrong_item_is_refused_alone(send, cards, members, code):
    results = send(review(cards[0]), {**review(cards[1]), **members}, review(cards[2]))
    assert [result["status"] for result in results] == ["recorded", "refused", "recorded"]
    assert results[1]["code"] == code
    assert results[1]["error"].endswith(".")


def test_an_item_that_is_no_object_is_refused_alone(send, cards):
    assert [result["status"] for result in send(3, None, review(cards[0]))] == [
        "refused",
        "refused",
        "recorded",
    ]


def test_a_clock_that_is_a_little_ahead_is_taken_for_now(send, cards):
    assert send(review(cards[0], minutes_ago=-3))[0]["status"] == "recorded"
    assert Review.objects.get().reviewed_at <= timezone.now()


def test_an_answer_that_took_all_night_counts_as_an_hour(send, cards):
    send(review(cards[0], seconds=50_000))
    assert Review.objects.get().seconds == 3600


@pytest.mark.parametrize(
    "body", [{}, {"reviews": []}, {"reviews": {}}, {"reviews": "x"}, {"reviews": [1] * 501}, []]
)
def test_a_batch_that_is_none_is_refused(api, alice, body):
    answer = api(alice).post(REVIEWS, body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_another_users_review_id_is_not_taken_over(send, bob, cards, make_deck):
    mine = review(cards[0])
    send(mine)
    (bobs,) = make_deck(bob, "moon")["cards"]
    (result,) = send({**mine, "cardId": bobs["id"]}, user=bob)
    assert (result["status"], result["code"]) == ("refused", "id_taken")
    assert schedules(bobs["id"]) == []


def test_a_review_outlives_its_card(send, api, alice, cards):
    item = review(cards[0])
    send(item)
    Card.objects.get(pk=cards[0]).delete()
    assert Review.objects.get().card_id is None
    assert api(alice).delete(f"{REVIEWS}/{item['id']}").status_code == 204


def test_a_batch_of_a_hundred_costs_as_many_queries_as_one(
    send, cards, django_assert_max_num_queries, alice
):
    batch = [review(cards[n % 3], minutes_ago=200 - n) for n in range(100)]
    counts = []
    for items in ([review(cards[0], minutes_ago=500)], batch):
        with CaptureQueriesContext(connections["default"]) as captured:
            reviews_record(user=alice, items=items, now=timezone.now())
        counts.append(len(captured))
    assert counts[1] <= counts[0] + 1  # one more query, for the later reviews that change
    assert counts[1] <= 9


@pytest.mark.django_db(transaction=True)
def test_the_same_batch_at_the_same_time_from_two_tabs_is_recorded_once(alice, cards):
    batch = [review(card, minutes_ago=ago) for ago in (30, 20, 10) for card in cards]
    statuses: list[str] = []

    def tab(items):
        statuses.extend(
            result.status for result in reviews_record(user=alice, items=items, now=timezone.now())
        )
        connections.close_all()

    tabs = [threading.Thread(target=tab, args=(items,)) for items in (batch, batch[::-1], batch)]
    for thread in tabs:
        thread.start()
    for thread in tabs:
        thread.join(20)
    assert sorted(statuses) == ["known"] * 18 + ["recorded"] * 9
    assert set(Schedule.objects.values_list("review_count", flat=True)) == {3}


def test_undo_of_a_strangers_review_is_not_found(charlie, send, cards, api):
    item = review(cards[0])
    send(item)
    assert api(charlie).delete(f"{REVIEWS}/{item['id']}").status_code == 404
    assert Review.objects.get().undone_at is None


def test_an_undo_is_dated(alice, send, cards):
    item = review(cards[0])
    send(item)
    now = timezone.now()
    review_undo(user=alice, review_id=uuid.UUID(item["id"]), now=now)
    assert Review.objects.get().undone_at == now

"""The lists of the admin: search, filters, timelines, and a constant number of queries."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_app.admin.base.list import MAX_MATCHES
from sessions_app.models import Attempt, Engine, Generation, WebLLMSession
from tests.helpers.admin import (
    ENGINES,
    GENERATIONS,
    SESSIONS,
    listed_keys,
    make_failed_generation,
    make_generation,
)

LISTS = sorted(
    f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry
)


def queries(client, address):
    with CaptureQueriesContext(
        connection,
    ) as asked_for:
        listed_keys(client, address)
    return len(asked_for)


@pytest.mark.parametrize("address", LISTS)
def test_every_list_opens_and_finds_nothing_by_an_id_of_nobody(admin_client, address):
    listed_keys(admin_client, address)
    assert (
        admin_client.get(address, {"q": "00000000-0000-4000-8000-000000000000"}).status_code == 200
    )


@pytest.mark.parametrize("address", [GENERATIONS, SESSIONS, ENGINES])
def test_more_rows_take_no_more_queries(admin_client, alice, address):
    def add(count):
        for number in range(count):
            generation = make_generation(alice, request_id=f"{timezone.now()} {number}")
            Engine.objects.create(
                channel=str(generation.pk),
                session=generation.session,
                user=alice,
                model_id="m",
                name="webllm",
            )

    add(1)
    few = queries(admin_client, address)
    add(6)
    assert queries(admin_client, address) == few


@pytest.mark.parametrize("part", [slice(None), slice(8), slice(13)])
def test_a_generation_is_found_by_its_id_by_the_beginning_of_it_and_by_its_session(
    admin_client, alice, bob, part
):
    wanted, _ = make_generation(alice), make_generation(bob)
    for whole in (wanted.pk, wanted.session_id):
        assert listed_keys(admin_client, GENERATIONS, q=str(whole)[part]) == [str(wanted.pk)]


@pytest.mark.parametrize(("typed", "rows"), [
    ("alice", ["Tides"]), ("user:alice", ["Tides"]), ("tide", ["Tides"]), ("topic:ALPS",
    ["The Alps"]), ("user:bob alps", ["The Alps"]),
    ("alice 2020-01-01", []), ("2020-01-01..2099-01-01 bob", ["The Alps"]), ("topic:alice", []),
    ("nobody", []),
])  # fmt: skip
def test_generations_are_found_by_user_topic_and_days(admin_client, alice, bob, typed, rows):
    by_id = {
        str(make_generation(alice).pk): "Tides",
        str(make_generation(bob, "The Alps").pk): "The Alps",
    }
    assert [by_id[key] for key in listed_keys(admin_client, GENERATIONS, q=typed)] == rows


@pytest.mark.parametrize("status", ["queued", "succeeded"])
@pytest.mark.parametrize(("topic", "typed"), [
    ("Les capitales d'Europe", "europe"), ("Les capitales d'Europe", "d'Eur capitales"),
    ("日本の都道府県", "日本"), ("Größe", "GRÖ"),
    ("C++ & | ! ( :* \\", "c++ \\ ' & | ! ( :*"), ("e-mail, 3.14", "e-mail 3.14"),
])  # fmt: skip
def test_words_of_a_topic_are_found_in_any_order_as_they_begin(
    admin_client, alice, bob, status, topic, typed
):
    at = {"finished_at": timezone.now()} if status == "succeeded" else {}
    wanted, _ = (
        make_generation(alice, topic, status=status, **at),
        make_generation(bob, "Les Tides, d"),
    )
    assert listed_keys(admin_client, GENERATIONS, q=f"topic:{typed}") == [str(wanted.pk)]


def test_a_search_without_hits_says_so_and_offers_all_and_no_actions(admin_client, alice):
    make_generation(alice)
    page = admin_client.get(GENERATIONS, {"q": "nowhere"}).content.decode()
    assert "No generations found" in page
    assert '<a href="?">Show all generations</a>' in page
    assert 'name="action"' not in page


def test_a_word_of_many_topics_shows_the_newest_of_them(admin_client, alice):
    first, _ = make_generation(alice, "High tides"), make_generation(alice, "High seas")
    own = {
        "session": first.session,
        "user": alice,
        "kind": "flashcards",
        "options": first.options,
        "prompt": "p",
    }
    rows = Generation.objects.bulk_create(
        Generation(**own, status="failed", error_code="internal", finished_at=timezone.now())
        for _ in range(MAX_MATCHES + 1)
    )
    newest = Generation.objects.filter(pk__in=[row.pk for row in rows]).order_by(
        "-created_at", "-pk"
    )[:50]
    assert listed_keys(admin_client, GENERATIONS, q="tid") == [str(row.pk) for row in newest]


@pytest.mark.parametrize(("typed", "message"), [
    ("2026-02-30", "2026-02-30 is not a valid date. Use YYYY-MM-DD, as in 2026-03-10."),
    ("0001-01-01..9999-12-31", "9999-12-31 is out of range. Use dates before 9999-12-31."),
    ("ab", "Give at least 3 letters: ab stands in too many."),
])  # fmt: skip
def test_what_cannot_be_searched_is_said(admin_client, typed, message):
    assert message in admin_client.get(GENERATIONS, {"q": typed}).content.decode()


def test_filters_take_state_code_model_and_time(admin_client, alice):
    old = make_failed_generation(alice, "no_engine", created_at=timezone.now() - timedelta(days=3))
    new, queued = make_failed_generation(alice, "engine_lost"), make_generation(alice)
    assert listed_keys(admin_client, GENERATIONS, status__exact="queued") == [str(queued.pk)]
    assert listed_keys(admin_client, GENERATIONS, code="no_engine") == [str(old.pk)]
    assert listed_keys(
        admin_client, GENERATIONS, since="24h", code="engine_lost", model="a-model"
    ) == [str(new.pk)]
    assert listed_keys(admin_client, GENERATIONS, session__id__exact=str(old.session_id)) == [
        str(old.pk)
    ]


def test_sessions_are_filtered_by_what_they_are_now(admin_client, alice):
    session = make_generation(alice).session
    assert listed_keys(admin_client, SESSIONS, state="open") == [str(session.pk)]
    WebLLMSession.objects.update(last_activity_at=timezone.now() - timedelta(hours=1))
    assert listed_keys(admin_client, SESSIONS, state="open") == []
    assert listed_keys(admin_client, SESSIONS, state="idle") == [str(session.pk)]


@pytest.mark.parametrize(
    "lookup",
    ["prompt__startswith", "options__topic", "user__password__startswith", "session__user__email"],
)
def test_an_address_may_look_up_by_nothing_but_the_filters(admin_client, lookup):
    assert admin_client.get(GENERATIONS, {lookup: "a"}).status_code == 400


def test_engines_show_who_is_present_and_who_works(admin_client, alice):
    generation = make_generation(alice)
    for channel, seen in (("here", 0), ("gone", 600)):
        columns = {
            "session": generation.session,
            "user": alice,
            "model_id": "m",
            "name": "webllm",
            "speed": 12.34,
        }
        Engine.objects.create(
            channel=channel, seen_at=timezone.now() - timedelta(seconds=seen), **columns
        )
    now = timezone.now()
    Generation.objects.update(
        status="leased",
        engine="here",
        lease=generation.pk,
        lease_expires_at=now + timedelta(minutes=1),
    )
    assert listed_keys(admin_client, ENGINES, presence="present") == ["here"]
    assert listed_keys(admin_client, ENGINES, presence="silent") == ["gone"]
    page = admin_client.get(ENGINES).content.decode()
    assert [page.count(words) for words in (">at work<", ">idle<", ">12.3<")] == [1, 1, 2]


def test_a_timeline_tells_each_attempt_with_its_reason_and_its_times(admin_client, alice):
    start = timezone.now() - timedelta(minutes=5)
    after = lambda seconds: start + timedelta(seconds=seconds)  # noqa: E731
    cards = [{"front": "ebb", "back": "Falling water"}]
    done = {
        "status": "succeeded",
        "finished_at": after(40),
        "first_card_at": after(35),
        "created_at": start,
        "cards": cards,
    }
    generation = make_generation(alice, attempt_count=2, **done)
    lost = {"outcome": "engine_lost", "reason": "The engine was not heard of in time."}
    Attempt.objects.create(
        generation=generation,
        number=1,
        engine="a",
        engine_name="wllama",
        started_at=after(2),
        ended_at=after(22),
        **lost,
    )
    won = {"outcome": "succeeded", "card_count": 1}
    Attempt.objects.create(
        generation=generation,
        number=2,
        engine="b",
        engine_name="webllm",
        started_at=after(30),
        ended_at=after(40),
        **won,
    )
    page = " ".join(
        admin_client.get(f"{GENERATIONS}{generation.pk}/change/").content.decode().split()
    )
    in_order = [
        *(
            "40.0 seconds from the request to the end",
            "<b>Asked</b>",
            '<b>In the queue</b> <span class="timeline-time">2.0 s',
        ),
        *(
            '<b>Attempt 1</b> <span class="timeline-time">20.0 s',
            "wllama, 0 cards at its end",
            "engine_lost",
            "not heard of in time",
        ),
        *(
            '<b>In the queue</b> <span class="timeline-time">8.0 s',
            '<b>Attempt 2</b> <span class="timeline-time">10.0 s',
        ),
        *("webllm, first card after 5.0 s, 1 card at its end", "<b>Succeeded</b>"),
    ]
    places = [page.find(words) for words in in_order]
    assert -1 not in places, in_order[places.index(-1)]
    assert places == sorted(places)
    assert 'x="5.0%" y="1" width="50.0%"' in page


def test_a_generation_that_waits_has_a_timeline_that_goes_on(admin_client, alice):
    page = admin_client.get(f"{GENERATIONS}{make_generation(alice).pk}/change/").content.decode()
    assert "seconds so far" in page
    assert ", still" in page


def test_a_user_leads_to_what_is_his(admin_client, alice):
    page = admin_client.get(f"/admin/auth/user/{alice.pk}/change/").content.decode()
    for address in (GENERATIONS, SESSIONS, "/admin/flashcards/deck/", "/admin/flashcards/review/"):
        assert f'href="{address}?user__id__exact={alice.pk}"' in page


def test_the_overview_counts_what_is_there_now(admin_client, alice):
    make_generation(alice)
    overview = admin_client.get("/admin/overview/now").json()
    assert {name: overview[name] for name in ("openSessions", "engines", "queued", "leased")} == {
        "openSessions": 1, "engines": 0, "queued": 1, "leased": 0,
    }  # fmt: skip
    assert overview["oldestSeconds"] >= 0


def test_a_span_that_is_none_is_said(admin_client):
    answer = admin_client.get("/admin/overview/figures", {"span": "1y"})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_span")

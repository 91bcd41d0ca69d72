"""The lists of the admin: search, filters, timelines, and a constant number of queries."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_app.admin.base.list import MAX_MATCHES, BaseAdmin
from sessions_app.models import Attempt, Engine, Generation, WebLLMSession
from tests.helpers.admin import (
    ENGINES,
    GENERATIONS,
    SESSIONS,
    listed_keys,
    make_failed_generation,
    make_generation,
)

ROOT = Path(__file__).parents[2]
APPS = ("sessions_app", "flashcards")
OWN_MODELS = [model for model in admin.site._registry if model._meta.app_label in APPS]
LISTS = sorted(
    f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry
)


def count_queries(client, address):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        listed_keys(client, address)
    return len(captured)


@pytest.mark.parametrize("address", LISTS)
def test_list_opens_and_accepts_search_for_unknown_id(admin_client, address):
    listed_keys(admin_client, address)
    assert (
        admin_client.get(address, {"q": "00000000-0000-4000-8000-000000000000"}).status_code == 200
    )


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model.__name__)
def test_own_list_reads_its_relations_in_one_query(model):
    model_admin = admin.site._registry[model]
    assert isinstance(model_admin, BaseAdmin), "derive the list from BaseAdmin"
    relations = {field.name for field in model._meta.concrete_fields if field.is_relation}
    missing = relations & set(model_admin.list_display) - set(model_admin.list_select_related or ())
    assert missing == set(), "add these columns to list_select_related"


def test_every_admin_module_is_imported():
    paths = [path for app in APPS for path in (ROOT / app / "admin").glob("*.py")]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths]
    modules = [name for name in names if not name.endswith("__init__")]
    assert [name for name in modules if name not in sys.modules] == [], (
        "import these modules in the __init__.py of their package"
    )


@pytest.mark.parametrize("address", [GENERATIONS, SESSIONS, ENGINES])
def test_list_needs_same_number_of_queries_for_more_rows(admin_client, alice, address):
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
    expected = count_queries(admin_client, address)
    add(6)
    assert count_queries(admin_client, address) == expected


@pytest.mark.parametrize("id_slice", [slice(None), slice(8), slice(13)])
def test_generation_search_matches_full_or_partial_generation_and_session_id(
    admin_client, alice, bob, id_slice
):
    matching, _ = make_generation(alice), make_generation(bob)
    for full_id in (matching.pk, matching.session_id):
        assert listed_keys(admin_client, GENERATIONS, q=str(full_id)[id_slice]) == [
            str(matching.pk)
        ]


@pytest.mark.parametrize(("query", "topics"), [
    ("alice", ["Tides"]), ("user:alice", ["Tides"]), ("tide", ["Tides"]), ("topic:ALPS",
    ["The Alps"]), ("user:bob alps", ["The Alps"]),
    ("alice 2020-01-01", []), ("2020-01-01..2099-01-01 bob", ["The Alps"]), ("topic:alice", []),
    ("nobody", []),
])  # fmt: skip
def test_generation_search_filters_by_user_topic_and_dates(admin_client, alice, bob, query, topics):
    topic_by_id = {
        str(make_generation(alice).pk): "Tides",
        str(make_generation(bob, "The Alps").pk): "The Alps",
    }
    assert [topic_by_id[key] for key in listed_keys(admin_client, GENERATIONS, q=query)] == topics


@pytest.mark.parametrize("status", ["queued", "succeeded"])
@pytest.mark.parametrize(("topic", "query"), [
    ("Les capitales d'Europe", "europe"), ("Les capitales d'Europe", "d'Eur capitales"),
    ("日本の都道府県", "日本"), ("Größe", "GRÖ"),
    ("C++ & | ! ( :* \\", "c++ \\ ' & | ! ( :*"), ("e-mail, 3.14", "e-mail 3.14"),
])  # fmt: skip
def test_topic_search_matches_word_prefixes_in_any_order(
    admin_client, alice, bob, status, topic, query
):
    columns = {"finished_at": timezone.now()} if status == "succeeded" else {}
    matching, _ = (
        make_generation(alice, topic, status=status, **columns),
        make_generation(bob, "Les Tides, d"),
    )
    assert listed_keys(admin_client, GENERATIONS, q=f"topic:{query}") == [str(matching.pk)]


def test_search_without_results_shows_message_and_link_but_no_actions(admin_client, alice):
    make_generation(alice)
    page = admin_client.get(GENERATIONS, {"q": "nowhere"}).content.decode()
    assert "No generations found" in page
    assert '<a href="?">Show all generations</a>' in page
    assert 'name="action"' not in page


def test_topic_search_with_too_many_matches_lists_newest_generations(admin_client, alice):
    first, _ = make_generation(alice, "High tides"), make_generation(alice, "High seas")
    columns = {
        "session": first.session,
        "user": alice,
        "kind": "flashcards",
        "options": first.options,
        "prompt": "p",
    }
    rows = Generation.objects.bulk_create(
        Generation(**columns, status="failed", error_code="internal", finished_at=timezone.now())
        for _ in range(MAX_MATCHES + 1)
    )
    newest = Generation.objects.filter(pk__in=[row.pk for row in rows]).order_by(
        "-created_at", "-pk"
    )[:50]
    assert listed_keys(admin_client, GENERATIONS, q="tid") == [str(row.pk) for row in newest]


@pytest.mark.parametrize(("query", "message"), [
    ("2026-02-30", "2026-02-30 is not a valid date. Use YYYY-MM-DD, as in 2026-03-10."),
    ("0001-01-01..9999-12-31", "9999-12-31 is out of range. Use dates before 9999-12-31."),
    ("ab", "Give at least 3 letters: ab stands in too many."),
])  # fmt: skip
def test_invalid_search_shows_error_message(admin_client, query, message):
    assert message in admin_client.get(GENERATIONS, {"q": query}).content.decode()


def test_filters_select_generations_by_status_code_time_model_and_session(admin_client, alice):
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


def test_state_filter_lists_inactive_session_as_idle_instead_of_open(admin_client, alice):
    session = make_generation(alice).session
    assert listed_keys(admin_client, SESSIONS, state="open") == [str(session.pk)]
    WebLLMSession.objects.update(last_activity_at=timezone.now() - timedelta(hours=1))
    assert listed_keys(admin_client, SESSIONS, state="open") == []
    assert listed_keys(admin_client, SESSIONS, state="idle") == [str(session.pk)]


@pytest.mark.parametrize(
    "lookup",
    ["prompt__startswith", "options__topic", "user__password__startswith", "session__user__email"],
)
def test_lookup_that_is_not_a_filter_is_rejected_with_400(admin_client, lookup):
    assert admin_client.get(GENERATIONS, {lookup: "a"}).status_code == 400


def test_engine_list_shows_presence_work_and_speed(admin_client, alice):
    generation = make_generation(alice)
    for channel, seconds_since_seen in (("here", 0), ("gone", 600)):
        columns = {
            "session": generation.session,
            "user": alice,
            "model_id": "m",
            "name": "webllm",
            "speed": 12.34,
        }
        Engine.objects.create(
            channel=channel,
            seen_at=timezone.now() - timedelta(seconds=seconds_since_seen),
            **columns,
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
    assert [page.count(text) for text in (">at work<", ">idle<", ">12.3<")] == [1, 1, 2]


def test_timeline_shows_attempts_in_order_with_reasons_and_times(admin_client, alice):
    start = timezone.now() - timedelta(minutes=5)
    after = lambda seconds: start + timedelta(seconds=seconds)  # noqa: E731
    cards = [{"front": "ebb", "back": "Falling water"}]
    succeeded_columns = {
        "status": "succeeded",
        "finished_at": after(40),
        "first_card_at": after(35),
        "created_at": start,
        "cards": cards,
    }
    generation = make_generation(alice, attempt_count=2, **succeeded_columns)
    lost_attempt = {"outcome": "engine_lost", "reason": "The engine was not heard of in time."}
    Attempt.objects.create(
        generation=generation,
        number=1,
        engine="a",
        engine_name="wllama",
        started_at=after(2),
        ended_at=after(22),
        **lost_attempt,
    )
    successful_attempt = {"outcome": "succeeded", "card_count": 1}
    Attempt.objects.create(
        generation=generation,
        number=2,
        engine="b",
        engine_name="webllm",
        started_at=after(30),
        ended_at=after(40),
        **successful_attempt,
    )
    page = " ".join(
        admin_client.get(f"{GENERATIONS}{generation.pk}/change/").content.decode().split()
    )
    texts = [
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
    positions = [page.find(text) for text in texts]
    assert -1 not in positions, texts[positions.index(-1)]
    assert positions == sorted(positions)
    assert 'x="5.0%" y="1" width="50.0%"' in page


def test_timeline_of_queued_generation_is_shown_as_ongoing(admin_client, alice):
    page = admin_client.get(f"{GENERATIONS}{make_generation(alice).pk}/change/").content.decode()
    assert "seconds so far" in page
    assert ", still" in page


def test_user_page_links_to_lists_of_user_data(admin_client, alice):
    page = admin_client.get(f"/admin/auth/user/{alice.pk}/change/").content.decode()
    for address in (GENERATIONS, SESSIONS, "/admin/flashcards/deck/", "/admin/flashcards/review/"):
        assert f'href="{address}?user__id__exact={alice.pk}"' in page


def test_overview_counts_open_sessions_engines_and_generations(admin_client, alice):
    make_generation(alice)
    overview = admin_client.get("/admin/overview/now").json()
    assert {name: overview[name] for name in ("openSessions", "engines", "queued", "leased")} == {
        "openSessions": 1, "engines": 0, "queued": 1, "leased": 0,
    }  # fmt: skip
    assert overview["oldestSeconds"] >= 0


def test_unknown_span_of_statistics_is_rejected_with_400(admin_client):
    response = admin_client.get("/admin/overview/figures", {"span": "1y"})
    assert (response.status_code, response.json()["code"]) == (400, "unknown_span")

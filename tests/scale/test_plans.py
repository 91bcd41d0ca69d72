"""No page, API call or scheduled task reads a large table whole, or sorts much of it."""

from urllib.parse import urlencode

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from sessions_app.models import Generation, WebLLMSession
from sessions_app.services import leases, retention, sessions
from tests.scale.plans import faults_of

pytestmark = pytest.mark.django_db
LISTS = ["webllmsession", "generation", "engine"]
SWEEPS = [
    sessions.sessions_expire_idle,
    leases.recover_dead_sockets,
    leases.leases_recover,
    retention.sessions_delete_old,
    retention.texts_blank_old,
]


def address(name: str) -> str:
    return f"/admin/sessions_app/{name}/"


@pytest.mark.parametrize("name", LISTS)
def test_a_list_and_the_pages_after_it_begin_where_an_index_does(operator, name):
    first = operator.get(address(name)).context["cl"]
    faults = faults_of(lambda: operator.get(address(name)))
    for url in filter(None, [first.older_url]):
        second = operator.get(address(name) + url).context["cl"]
        faults += faults_of(lambda: operator.get(address(name) + url))  # noqa: B023 - called immediately
        faults += faults_of(lambda: operator.get(address(name) + second.newer_url))  # noqa: B023
    assert faults == []


@pytest.mark.parametrize("name", LISTS)
def test_each_choice_of_each_filter_finds_its_rows_by_an_index(operator, name):
    changelist = operator.get(address(name)).context["cl"]
    choices = {
        choice["query_string"]
        for spec in changelist.filter_specs
        for choice in spec.choices(changelist)
    }
    assert [
        fault
        for query in sorted(choices)
        for fault in faults_of(lambda: operator.get(address(name) + query))  # noqa: B023 - called immediately
    ] == []


@pytest.mark.parametrize("name", LISTS)
def test_a_search_by_id_user_or_day_finds_its_rows_by_an_index(operator, busiest, name):
    typed = [
        str(busiest.pk),
        str(busiest.session_id)[:8],
        "seeded-000001",
        f"{timezone.now():%Y-%m-%d}",
    ]
    pages = [f"{address(name)}?{urlencode({'q': words})}" for words in typed]
    assert [fault for page in pages for fault in faults_of(lambda: operator.get(page))] == []  # noqa: B023


@pytest.mark.parametrize(
    "words",
    ["photosynthesis", "photos", "nowhere", "user:seeded-000001 photosynthesis", "fälle deutschen"],
)
def test_a_search_by_words_of_a_topic_asks_an_index_or_the_newest_rows(operator, words):
    assert faults_of(lambda: operator.get(address("generation"), {"q": words})) == []


def test_the_totals_for_staff_count_what_is_open_and_estimate_the_rest(operator):
    def totals():
        return operator.get("/api/webllm/stats").json()

    assert faults_of(totals) == []
    counts = totals()["generations"]
    assert counts["isEstimate"] is True
    assert counts["total"] == pytest.approx(5_000_000, rel=0.02)
    assert counts["byStatus"]["queued"] == Generation.objects.filter(status="queued").count()
    assert totals()["sessions"]["total"] == pytest.approx(1_000_000, rel=0.1)


@pytest.mark.parametrize("name", ["webllmsession", "generation"])
def test_a_page_of_one_row_reads_that_row_and_its_own(operator, busiest, name):
    pk = busiest.session_id if name == "webllmsession" else busiest.pk
    assert faults_of(lambda: operator.get(f"{address(name)}{pk}/change/")) == []


def test_the_rest_lists_of_a_user_read_the_rows_of_a_page(busiest):
    client = APIClient(HTTP_HOST="localhost")
    client.force_authenticate(busiest.user)
    for path in (
        "/api/webllm/session",
        f"/api/webllm/session/{busiest.session_id}/generations",
        f"/api/webllm/generations/{busiest.pk}",
    ):
        assert client.get(path).status_code == 200
        assert faults_of(lambda: client.get(path)) == []  # noqa: B023


@pytest.mark.parametrize("sweep", SWEEPS, ids=lambda sweep: sweep.__name__)
def test_what_runs_by_the_clock_finds_its_rows_by_an_index(seeded, sweep):
    assert WebLLMSession.objects.count() == 1_000
    assert faults_of(lambda: sweep(now=timezone.now())) == []

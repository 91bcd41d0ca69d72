"""No page, API call or scheduled task reads or sorts most of a large table."""

from urllib.parse import urlencode

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from sessions_app.models import Generation, WebLLMSession
from sessions_app.services import leases, retention, sessions
from tests.scale.plans import expensive_statements

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
def test_list_and_neighbouring_pages_use_index(operator, name):
    first = operator.get(address(name)).context["cl"]
    problems = expensive_statements(lambda: operator.get(address(name)))
    for url in filter(None, [first.older_url]):
        second = operator.get(address(name) + url).context["cl"]
        problems += expensive_statements(lambda: operator.get(address(name) + url))  # noqa: B023 - called immediately
        problems += expensive_statements(lambda: operator.get(address(name) + second.newer_url))  # noqa: B023
    assert problems == []


@pytest.mark.parametrize("name", LISTS)
def test_every_filter_choice_uses_index(operator, name):
    changelist = operator.get(address(name)).context["cl"]
    choices = {
        choice["query_string"]
        for spec in changelist.filter_specs
        for choice in spec.choices(changelist)
    }
    assert [
        problem
        for query in sorted(choices)
        for problem in expensive_statements(lambda: operator.get(address(name) + query))  # noqa: B023 - called immediately
    ] == []


@pytest.mark.parametrize("name", LISTS)
def test_search_by_id_user_or_day_uses_index(operator, generation_of_busiest_user, name):
    texts = [
        str(generation_of_busiest_user.pk),
        str(generation_of_busiest_user.session_id)[:8],
        "seeded-000001",
        f"{timezone.now():%Y-%m-%d}",
    ]
    pages = [f"{address(name)}?{urlencode({'q': text})}" for text in texts]
    assert [
        problem
        for page in pages
        for problem in expensive_statements(lambda: operator.get(page))  # noqa: B023
    ] == []


@pytest.mark.parametrize(
    "text",
    ["photosynthesis", "photos", "nowhere", "user:seeded-000001 photosynthesis", "fälle deutschen"],
)
def test_topic_search_uses_index_or_newest_rows(operator, text):
    assert expensive_statements(lambda: operator.get(address("generation"), {"q": text})) == []


def test_staff_stats_count_queued_generations_and_estimate_totals(operator):
    def totals():
        return operator.get("/api/webllm/stats").json()

    assert expensive_statements(totals) == []
    counts = totals()["generations"]
    assert counts["isEstimate"] is True
    assert counts["total"] == pytest.approx(5_000_000, rel=0.02)
    assert counts["byStatus"]["queued"] == Generation.objects.filter(status="queued").count()
    assert totals()["sessions"]["total"] == pytest.approx(1_000_000, rel=0.1)


@pytest.mark.parametrize("name", ["webllmsession", "generation"])
def test_change_page_uses_indexes(operator, generation_of_busiest_user, name):
    pk = (
        generation_of_busiest_user.session_id
        if name == "webllmsession"
        else generation_of_busiest_user.pk
    )
    assert expensive_statements(lambda: operator.get(f"{address(name)}{pk}/change/")) == []


def test_rest_lists_and_details_of_user_use_indexes(generation_of_busiest_user):
    client = APIClient(HTTP_HOST="localhost")
    client.force_authenticate(generation_of_busiest_user.user)
    for path in (
        "/api/webllm/session",
        f"/api/webllm/session/{generation_of_busiest_user.session_id}/generations",
        f"/api/webllm/generations/{generation_of_busiest_user.pk}",
    ):
        assert client.get(path).status_code == 200
        assert expensive_statements(lambda: client.get(path)) == []  # noqa: B023


@pytest.mark.parametrize("sweep", SWEEPS, ids=lambda sweep: sweep.__name__)
def test_scheduled_task_uses_index(seeded, sweep):
    assert WebLLMSession.objects.count() == 1_000
    assert expensive_statements(lambda: sweep(now=timezone.now())) == []

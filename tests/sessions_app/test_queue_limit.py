"""The limit of a user's queue is exact, however many requests arrive at the same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from sessions_app.exceptions import RateLimited
from sessions_app.models import Generation
from sessions_app.services.generations import GenerationRequest, generation_submit

THREADS = 8
REQUESTS_PER_THREAD = 3


@pytest.fixture
def submit_concurrently(transactional_db, alice, create_session):
    """Return a function that submits requests from all THREADS at the same time.

    Each thread submits REQUESTS_PER_THREAD requests. The function returns `queued` or the error
    code of each request.
    """
    session = create_session(alice)["sessionId"]
    barrier = Barrier(THREADS)

    def submit_in_thread(thread: int) -> list[str]:
        barrier.wait(60)
        try:
            return [
                _submit(session, alice.pk, f"{thread} {number}")
                for number in range(REQUESTS_PER_THREAD)
            ]
        finally:
            connection.close()

    def submit_all() -> list[str]:
        with ThreadPoolExecutor(THREADS) as executor:
            return [
                outcome
                for thread_outcomes in executor.map(submit_in_thread, range(THREADS))
                for outcome in thread_outcomes
            ]

    return submit_all


def _submit(session: str, user_id: int, topic: str) -> str:
    try:
        options = {"count": 1, "topic": topic}
        generation_submit(
            GenerationRequest(UUID(session), user_id, "a-model", topic, options, timezone.now())
        )
    except RateLimited as error:
        return error.code
    return "queued"


@pytest.mark.parametrize("limit", [5, 1])
def test_concurrent_requests_fill_queue_exactly_to_limit(settings, submit_concurrently, limit):
    settings.MAX_QUEUED_PER_USER = limit
    outcomes = submit_concurrently()
    assert (outcomes.count("queued"), outcomes.count("queue_full")) == (
        limit,
        THREADS * REQUESTS_PER_THREAD - limit,
    )
    assert Generation.objects.open().count() == limit


def test_concurrent_requests_are_all_queued_if_limit_allows(settings, submit_concurrently):
    settings.MAX_QUEUED_PER_USER = THREADS * REQUESTS_PER_THREAD
    assert submit_concurrently() == ["queued"] * (THREADS * REQUESTS_PER_THREAD)

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

ASKERS = 8
ASKS = 3


@pytest.fixture
def all_at_once(transactional_db, alice, create_session):
    """Return a function that sends ASKS requests from each of ASKERS threads at the same time.

    It returns `queued` or the error code of each request.
    """
    session = create_session(alice)["sessionId"]
    together = Barrier(ASKERS)

    def request(requester: int) -> list[str]:
        together.wait(10)
        try:
            return [
                _submit_batcher(session, alice.pk, f"{requester} {number}")
                for number in range(ASKS)
            ]
        finally:
            connection.close()

    def ask_all() -> list[str]:
        with ThreadPoolExecutor(ASKERS) as threads:
            return [answer for answers in threads.map(request, range(ASKERS)) for answer in answers]

    return ask_all


def _submit_batcher(session: str, user_id: int, topic: str) -> str:
    try:
        options = {"count": 1, "topic": topic}
        generation_submit(
            GenerationRequest(UUID(session), user_id, "a-model", topic, options, timezone.now())
        )
    except RateLimited as error:
        return error.code
    return "queued"


@pytest.mark.parametrize("most", [5, 1])
def test_no_more_get_in_than_there_is_room_for_and_room_is_not_wasted(settings, all_at_once, most):
    settings.MAX_QUEUED_PER_USER = most
    answers = all_at_once()
    assert (answers.count("queued"), answers.count("queue_full")) == (most, ASKERS * ASKS - most)
    assert Generation.objects.open().count() == most


def test_who_has_room_gets_in_though_many_ask_at_once(settings, all_at_once):
    settings.MAX_QUEUED_PER_USER = ASKERS * ASKS
    assert all_at_once() == ["queued"] * (ASKERS * ASKS)

"""The number of queries that a message costs.

Increase a number here only deliberately.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from sessions_app import handlers, protocol
from sessions_app.models import WebLLMSession

ASK = protocol.decode('{"type":"generate","prompt":"Tides","options":{"count":1,"topic":"Tides"}}')
ANSWER = protocol.decode(
    '{"type":"response","cacheKey":"webllm:flashcards:Tides:1","data":{"cards":[{"front":"ebb","back":"falling"}]}}'
)


@pytest.fixture
def state(alice, create_session) -> handlers.SocketState:
    create_session(alice)
    return handlers.SocketState(
        WebLLMSession.objects.get().pk, alice.pk, "a-model", "channel.of.a.socket"
    )


@contextmanager
def statements(count: int) -> Iterator[None]:
    """Assert that the block executes `count` statements, not counting those of transactions."""
    executed: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        executed.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield
    real = [sql for sql in executed if "SAVEPOINT" not in sql]
    assert len(real) == count, "\n".join(real)


def test_a_miss_costs_one_statement(state):
    # One statement inserts the leased generation and its attempt if the session is alive and its
    # queue is empty.
    with statements(1):
        handlers.handle(state, ASK)


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({"requestId": "r1"}, 2),  # the first one looks for an earlier request with this ID
        ({"options": {"count": 1, "save": True}}, 1),
    ],
)
def test_a_miss_with_an_id_or_to_save_costs_no_more(state, fields, count):
    message = {"type": "generate", "prompt": "Tides", "options": {"count": 1}} | fields
    with statements(count):
        handlers.handle(state, protocol.decode(json.dumps(message)))


def test_an_answer_costs_one_statement(state, django_capture_on_commit_callbacks):
    handlers.handle(state, ASK)
    # One statement ends the generation and its attempt.
    with statements(1), django_capture_on_commit_callbacks(execute=True):
        messages = handlers.handle(state, ANSWER)
    assert [type(message) for message in messages] == [protocol.Progress, protocol.Result]


def test_a_hit_costs_no_statement(state, django_capture_on_commit_callbacks):
    handlers.handle(state, ASK)
    with django_capture_on_commit_callbacks(execute=True):
        handlers.handle(state, ANSWER)
    with statements(0):  # the last heartbeat or event showed that the session is alive
        assert handlers.handle(state, ASK)[1].data.cached

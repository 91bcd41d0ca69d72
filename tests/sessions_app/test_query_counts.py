"""The number of queries that are executed for a message.

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

REQUEST = protocol.decode(
    '{"type":"generate","prompt":"Tides","options":{"count":1,"topic":"Tides"}}'
)
RESPONSE = protocol.decode(
    '{"type":"response","cacheKey":"webllm:flashcards:Tides:1","data":{"cards":[{"front":"ebb","back":"falling"}]}}'
)

STARTED = [protocol.Progress, protocol.Progress, protocol.EngineGenerate]
"""The types of the messages for a generation that the socket's own engine starts."""


@pytest.fixture
def state(alice, create_session) -> handlers.SocketState:
    create_session(alice)
    return handlers.SocketState(
        WebLLMSession.objects.get().pk, alice.pk, "a-model", "channel.of.a.socket"
    )


@contextmanager
def assert_statement_count(count: int) -> Iterator[None]:
    """Assert that the block executes `count` statements, not counting those of transactions."""
    executed: list[str] = []

    def record(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        executed.append(sql)
        return execute(sql, *args)

    with connection.execute_wrapper(record):
        yield
    counted = [sql for sql in executed if "SAVEPOINT" not in sql]
    assert len(counted) == count, "\n".join(counted)


def test_cache_miss_executes_one_statement(state):
    # One statement inserts the leased generation and its attempt if the session is alive and its
    # queue is empty.
    with assert_statement_count(1):
        messages = handlers.handle(state, REQUEST)
    assert [type(message) for message in messages] == STARTED


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({"requestId": "r1"}, 2),  # the first one looks for an earlier request with this ID
        ({"options": {"count": 1, "save": True}}, 1),
    ],
)
def test_cache_miss_with_request_id_or_save_executes_at_most_two_statements(state, fields, count):
    message = {"type": "generate", "prompt": "Tides", "options": {"count": 1}} | fields
    with assert_statement_count(count):
        messages = handlers.handle(state, protocol.decode(json.dumps(message)))
    assert [type(message) for message in messages] == STARTED


def test_engine_response_executes_one_statement(state, django_capture_on_commit_callbacks):
    handlers.handle(state, REQUEST)
    # One statement ends the generation and its attempt.
    with assert_statement_count(1), django_capture_on_commit_callbacks(execute=True):
        messages = handlers.handle(state, RESPONSE)
    assert [type(message) for message in messages] == [protocol.Progress, protocol.Result]


def test_cache_hit_executes_no_statement(state, django_capture_on_commit_callbacks):
    handlers.handle(state, REQUEST)
    with django_capture_on_commit_callbacks(execute=True):
        handlers.handle(state, RESPONSE)
    with assert_statement_count(0):  # the last heartbeat or event showed that the session is alive
        assert handlers.handle(state, REQUEST)[1].data.cached

"""The invariant: an old snapshot and the messages since then add up to the current snapshot.

It applies to events in any order. A live client catches up after every step, and a late client only
now and then. A client that resumes from any number receives what the live client received.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import hypothesis
import msgspec
import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sessions_app import handlers, protocol
from sessions_app.handlers import SocketState, v1
from sessions_app.models import Generation, WebLLMSession
from sessions_app.protocol import V1, EngineGenerate, OpenGeneration, SessionSnapshot
from sessions_app.services.leases import leases_recover
from tests.helpers.sockets import MODEL
from tests.helpers.tiers import FACTOR

NUMBERED = protocol.Card | protocol.Result | protocol.Error
ENGINE_NUMBERS = st.integers(0, 1)


@dataclass
class Client:
    """The state of a `mindflip.v1` client, based only on the messages that it received."""

    state: SocketState
    seq: int = 0
    open: dict[UUID, OpenGeneration] = field(default_factory=dict)
    log: list[NUMBERED] = field(default_factory=list)

    def catch_up(self) -> None:
        """Receive all pages of missed messages."""
        self.receive(v1.catch_up(self.state, timezone.now()))
        while self.state.has_more:
            self.receive(v1.catch_up(self.state, timezone.now()))

    def receive(self, messages: list[Any]) -> None:
        for message in messages:
            if isinstance(message, SessionSnapshot):
                self.open = {
                    generation.generation_id: generation for generation in message.generations
                }
                self.seq = message.seq
            elif isinstance(message, NUMBERED) and isinstance(message.seq, int):
                self.log.append(message)
                self.seq = message.seq
                self._apply(message)

    def _apply(self, message: NUMBERED) -> None:
        generation = self.open.pop(message.generation_id, None)
        if generation and isinstance(message, protocol.Card):
            cards = [
                *generation.cards[: message.index],
                message.card,
                *generation.cards[message.index + 1 :],
            ]
            self.open[message.generation_id] = msgspec.structs.replace(generation, cards=cards)

    def snapshot(self) -> tuple[int, dict[UUID, dict[str, Any]]]:
        """Return the last sequence number and the open generations, without their places.

        Places in the queue also depend on other sessions of the user.
        """
        return self.seq, {
            pk: msgspec.to_builtins(generation) | {"place": 0}
            for pk, generation in self.open.items()
        }


class SessionMachine(RuleBasedStateMachine):
    """One session with two engines: its own, and an engine of another session of the user."""

    @initialize()
    def start_session(self) -> None:
        self.user = User.objects.create(username=uuid4().hex)
        self.session = WebLLMSession.objects.create(user=self.user, model_id=MODEL)
        other = WebLLMSession.objects.create(user=self.user, model_id=MODEL)
        self.live_client, self.late_client = self.client(), self.client()
        self.engines = [self.engine(self.session), self.engine(other)]
        self.current: list[EngineGenerate | None] = [None, None]
        self.requests: list[str] = []

    def state(self, session: WebLLMSession) -> SocketState:
        return SocketState(session.pk, self.user.pk, session.model_id, uuid4().hex, dialect=V1)

    def client(self) -> Client:
        client = Client(self.state(self.session))
        client.receive(v1.initial_messages(client.state, timezone.now()))
        return client

    def engine(self, session: WebLLMSession) -> SocketState:
        state = self.state(session)
        handlers.handle(state, protocol.Ready(MODEL, "webllm"))
        return state

    def send_from_engine(self, number: int, message: Any) -> None:
        """Handle an engine's message, and store the request that the engine receives next."""
        self.store_requests(number, handlers.handle(self.engines[number], message))

    def store_requests(self, number: int, messages: list[Any]) -> None:
        for message in messages:
            if isinstance(message, EngineGenerate):
                self.current[number] = message

    @rule(count=st.integers(1, 3), is_seen=st.booleans())
    def submit(self, count: int, is_seen: bool) -> None:
        request_id = uuid4().hex
        self.requests.append(request_id)
        request = protocol.Generate(
            f"About {request_id}", protocol.Options(count=count), request_id
        )
        if is_seen:
            self.late_client.receive(handlers.handle(self.late_client.state, request))
        else:
            handlers.handle(self.state(self.session), request)

    @rule(number=ENGINE_NUMBERS)
    def claim(self, number: int) -> None:
        self.store_requests(number, handlers.queue_changed(self.engines[number]))

    @rule(number=ENGINE_NUMBERS)
    def card(self, number: int) -> None:
        if request := self.current[number]:
            self.send_from_engine(
                number, protocol.EngineCard(request.generation_id, request.lease, 0, _card())
            )

    @rule(number=ENGINE_NUMBERS)
    def start_work(self, number: int) -> None:
        self.claim(number)
        self.card(number)

    @rule(number=ENGINE_NUMBERS, count=st.integers(0, 3))
    def respond(self, number: int, count: int) -> None:
        if request := self.current[number]:
            data = protocol.incoming.ResponseData([_card() for _ in range(count)])
            self.send_from_engine(
                number,
                protocol.Response(request.cache_key, data, request.generation_id, request.lease),
            )

    @rule(number=ENGINE_NUMBERS)
    def fail(self, number: int) -> None:
        if request := self.current[number]:
            self.send_from_engine(
                number,
                protocol.EngineError("Out of memory.", "out_of_memory", request.generation_id),
            )

    @rule(number=ENGINE_NUMBERS)
    def reconnect_engine(self, number: int) -> None:
        """Drop the engine's socket, and connect the engine again with the request that it had."""
        session = WebLLMSession.objects.get(pk=self.engines[number].session_id)
        handlers.close_socket(self.engines[number])
        self.engines[number] = self.engine(session)

    @rule()
    def expire_leases(self) -> None:
        now = timezone.now()
        Generation.objects.filter(user=self.user).exclude(lease=None).update(lease_expires_at=now)
        leases_recover(now=now)

    @precondition(lambda self: self.requests)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        request_id = data.draw(st.sampled_from(self.requests))
        handlers.handle(self.state(self.session), protocol.Cancel(request_id=request_id))

    @rule()
    def catch_up(self) -> None:
        self.late_client.catch_up()
        assert self.late_client.snapshot() == self.client().snapshot()

    @rule(data=st.data())
    def resume(self, data: st.DataObject) -> None:
        last_seq = data.draw(st.integers(0, self.live_client.seq))
        resumed_client = self.client()
        resumed_client.receive(handlers.handle(resumed_client.state, protocol.Resume(last_seq)))
        resumed_client.catch_up()
        assert resumed_client.log == [
            message for message in self.live_client.log if message.seq > last_seq
        ]
        assert resumed_client.snapshot() == self.client().snapshot()

    @rule(data=st.data())
    def reconnect_with_last_seq(self, data: st.DataObject) -> None:
        last_seq = data.draw(st.integers(0, self.live_client.seq))
        resumed_client = Client(self.state(self.session))
        resumed_client.receive(v1.initial_messages(resumed_client.state, timezone.now(), last_seq))
        resumed_client.catch_up()
        assert resumed_client.log == [
            message for message in self.live_client.log if message.seq > last_seq
        ]
        assert resumed_client.snapshot() == self.client().snapshot()

    @invariant()
    def live_client_is_current(self) -> None:
        if hasattr(self, "live_client"):
            self.live_client.catch_up()
            assert self.live_client.snapshot() == self.client().snapshot()


def _card() -> dict[str, str]:
    return {"front": uuid4().hex, "back": "of a card"}


@pytest.mark.fuzz
@pytest.mark.parametrize("page_bytes", [524_288, 700, 1])
def test_snapshot_and_later_messages_add_up_to_current_snapshot(db, settings, page_bytes):
    settings.RESUME_PAGE_BYTES = page_bytes
    machine_settings = hypothesis.settings(
        max_examples=30 * FACTOR,
        stateful_step_count=25,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(SessionMachine, settings=machine_settings)


def test_missed_messages_are_sent_once_in_order_in_pages_of_limited_size(db, settings):
    settings.RESUME_PAGE_BYTES = 1000
    machine = SessionMachine()
    machine.start_session()
    for _ in range(5):
        machine.submit(count=2, is_seen=False)
        machine.start_work(0)
        machine.respond(0, count=2)
    resumed_client = machine.client()
    pages = [v1.initial_messages(resumed_client.state, timezone.now(), 0)[1:]]
    while resumed_client.state.has_more:
        pages.append(v1.catch_up(resumed_client.state, timezone.now()))
    assert (
        max(sum(len(protocol.encode(message)) for message in page) for page in pages)
        < settings.RESUME_PAGE_BYTES + 1000
    )
    assert len(pages) >= 5
    machine.live_client.catch_up()
    assert [
        message for page in pages for message in page if isinstance(message, NUMBERED)
    ] == machine.live_client.log


def test_client_that_catches_up_after_first_card_has_current_snapshot(db):
    machine = SessionMachine()
    machine.start_session()
    machine.submit(count=2, is_seen=True)
    machine.start_work(0)
    machine.catch_up()

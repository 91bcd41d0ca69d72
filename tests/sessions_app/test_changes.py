"""The invariant: an old snapshot and the messages since then add up to the current snapshot.

It applies to events in any order. A live client catches up after every step, and a late client only
now and then. A client that resumes from any number receives what the live client received.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, ClassVar
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
EFFECTS_OF_SMALL_PAGES = {"pages missing after resume", "pages missing after reconnect"}
EFFECTS = EFFECTS_OF_SMALL_PAGES | {
    *("EngineCard", "Response", "EngineError", "Card", "Result", "Error"),
    *("lease expired", "open generation cancelled", "late client behind"),
    *("message missed before resume", "message missed before reconnect"),
}


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
    """One session with two engines: its own, and an engine of another session of the user.

    Rules can run without an effect, for example if a generation has ended in the meantime.
    `effects` counts those that had one, and the messages that engines sent and that the live client
    received.
    """

    effects: ClassVar[Counter[str]] = Counter()

    @initialize(has_cards=st.booleans())
    def start_session(self, has_cards: bool = False) -> None:
        self.user = User.objects.create(username=uuid4().hex)
        self.session = WebLLMSession.objects.create(user=self.user, model_id=MODEL)
        other = WebLLMSession.objects.create(user=self.user, model_id=MODEL)
        self.live_client, self.late_client = self.client(), self.client()
        self.current: list[EngineGenerate | None] = [None, None]
        self.requests: list[str] = []
        self.engines = [self.state(self.session), self.state(other)]
        for number in (0, 1):
            self.send_from_engine(number, protocol.Ready(MODEL, "webllm"))
        if has_cards:
            for number in (0, 1):
                self.submit(count=2, is_seen=True)
                self.start_work(number)

    def state(self, session: WebLLMSession) -> SocketState:
        return SocketState(session.pk, self.user.pk, session.model_id, uuid4().hex, dialect=V1)

    def client(self) -> Client:
        client = Client(self.state(self.session))
        client.receive(v1.initial_messages(client.state, timezone.now()))
        return client

    def busy_engine(self, data: st.DataObject) -> int:
        """Return the number of an engine that has received a request."""
        return data.draw(st.sampled_from([number for number in (0, 1) if self.current[number]]))

    def send_from_engine(self, number: int, message: Any) -> None:
        """Handle an engine's message, and store the request that the engine receives next."""
        self.effects[type(message).__name__] += 1
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

    @precondition(lambda self: self.requests)
    @rule(number=ENGINE_NUMBERS)
    def claim(self, number: int) -> None:
        self.store_requests(number, handlers.queue_changed(self.engines[number]))

    @precondition(lambda self: any(self.current))
    @rule(data=st.data())
    def card(self, data: st.DataObject) -> None:
        self.send_card(self.busy_engine(data))

    def send_card(self, number: int) -> None:
        request = self.current[number]
        assert request
        self.send_from_engine(
            number, protocol.EngineCard(request.generation_id, request.lease, 0, _card())
        )

    @precondition(lambda self: self.requests)
    @rule(number=ENGINE_NUMBERS)
    def start_work(self, number: int) -> None:
        self.claim(number)
        if self.current[number]:
            self.send_card(number)

    @precondition(lambda self: any(self.current))
    @rule(data=st.data(), count=st.integers(0, 3))
    def respond(self, data: st.DataObject, count: int) -> None:
        self.send_response(self.busy_engine(data), count)

    def send_response(self, number: int, count: int) -> None:
        request = self.current[number]
        assert request
        data = protocol.incoming.ResponseData([_card() for _ in range(count)])
        self.send_from_engine(
            number,
            protocol.Response(request.cache_key, data, request.generation_id, request.lease),
        )

    @precondition(lambda self: any(self.current))
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        number = self.busy_engine(data)
        request = self.current[number]
        assert request
        self.send_from_engine(
            number,
            protocol.EngineError("Out of memory.", "out_of_memory", request.generation_id),
        )

    @rule(number=ENGINE_NUMBERS)
    def reconnect_engine(self, number: int) -> None:
        """Drop the engine's socket, and connect the engine again with the request that it had."""
        session = WebLLMSession.objects.get(pk=self.engines[number].session_id)
        handlers.close_socket(self.engines[number])
        self.engines[number] = self.state(session)
        self.send_from_engine(number, protocol.Ready(MODEL, "webllm"))

    @precondition(lambda self: any(self.current))
    @rule()
    def expire_leases(self) -> None:
        now = timezone.now()
        Generation.objects.filter(user=self.user).exclude(lease=None).update(lease_expires_at=now)
        self.effects["lease expired"] += leases_recover(now=now)

    @precondition(lambda self: self.requests)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        request_id = data.draw(st.sampled_from(self.requests))
        is_open = Generation.objects.open().filter(request_id=request_id).exists()
        self.effects["open generation cancelled"] += is_open
        handlers.handle(self.state(self.session), protocol.Cancel(request_id=request_id))

    @rule()
    def catch_up(self) -> None:
        self.effects["late client behind"] += self.late_client.seq < self.live_client.seq
        self.late_client.catch_up()
        assert self.late_client.snapshot() == self.client().snapshot()

    @rule(data=st.data())
    def resume(self, data: st.DataObject) -> None:
        last_seq = data.draw(st.integers(0, self.live_client.seq))
        resumed_client = self.client()
        resumed_client.receive(handlers.handle(resumed_client.state, protocol.Resume(last_seq)))
        self.effects["pages missing after resume"] += resumed_client.state.has_more
        resumed_client.catch_up()
        self.effects["message missed before resume"] += len(resumed_client.log)
        assert resumed_client.log == [
            message for message in self.live_client.log if message.seq > last_seq
        ]
        assert resumed_client.snapshot() == self.client().snapshot()

    @rule(data=st.data())
    def reconnect_with_last_seq(self, data: st.DataObject) -> None:
        last_seq = data.draw(st.integers(0, self.live_client.seq))
        resumed_client = Client(self.state(self.session))
        resumed_client.receive(v1.initial_messages(resumed_client.state, timezone.now(), last_seq))
        self.effects["pages missing after reconnect"] += resumed_client.state.has_more
        resumed_client.catch_up()
        self.effects["message missed before reconnect"] += len(resumed_client.log)
        assert resumed_client.log == [
            message for message in self.live_client.log if message.seq > last_seq
        ]
        assert resumed_client.snapshot() == self.client().snapshot()

    @invariant()
    def live_client_is_current(self) -> None:
        received_before = len(self.live_client.log)
        self.live_client.catch_up()
        for message in self.live_client.log[received_before:]:
            self.effects[type(message).__name__] += 1
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
    SessionMachine.effects.clear()
    run_state_machine_as_test(SessionMachine, settings=machine_settings)
    missing = EFFECTS - (+SessionMachine.effects).keys()
    if page_bytes > 100_000:
        missing -= EFFECTS_OF_SMALL_PAGES
    assert not missing, "these rules had no effect in any example"


def test_missed_messages_are_sent_once_in_order_in_pages_of_limited_size(db, settings):
    settings.RESUME_PAGE_BYTES = 1000
    machine = SessionMachine()
    machine.start_session()
    for _ in range(5):
        machine.submit(count=2, is_seen=False)
        machine.start_work(0)
        machine.send_response(0, count=2)
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

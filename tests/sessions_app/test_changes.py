"""The invariant: an old snapshot and the messages since then add up to the current snapshot.

It applies to events in any order. A witness catches up after every step, and a straggler only now
and then. A client that resumes from any number receives what the witness received.
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

NUMBERED = protocol.Card | protocol.Result | protocol.Error
ONE_OF_TWO = st.integers(0, 1)


@dataclass
class Client:
    """The state of a `mindflip.v1` client, based only on the messages that it received."""

    state: SocketState
    seq: int = 0
    open: dict[UUID, OpenGeneration] = field(default_factory=dict)
    log: list[NUMBERED] = field(default_factory=list)

    def look(self) -> None:
        """Receive all pages of missed messages."""
        self.hear(v1.catch_up(self.state, timezone.now()))
        while self.state.has_more:
            self.hear(v1.catch_up(self.state, timezone.now()))

    def hear(self, messages: list[Any]) -> None:
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
        known = self.open.pop(message.generation_id, None)
        if known and isinstance(message, protocol.Card):
            cards = [*known.cards[: message.index], message.card, *known.cards[message.index + 1 :]]
            self.open[message.generation_id] = msgspec.structs.replace(known, cards=cards)

    def knows(self) -> tuple[int, dict[UUID, dict[str, Any]]]:
        """Return the last sequence number and the open generations, without their places.

        Places in the queue also depend on other sessions of the user.
        """
        return self.seq, {
            pk: msgspec.to_builtins(generation) | {"place": 0}
            for pk, generation in self.open.items()
        }


class Histories(RuleBasedStateMachine):
    """One session with two engines: its own, and an engine of another session of the user."""

    @initialize()
    def begin(self) -> None:
        self.user = User.objects.create(username=uuid4().hex)
        self.session = WebLLMSession.objects.create(user=self.user, model_id=MODEL)
        other = WebLLMSession.objects.create(user=self.user, model_id=MODEL)
        self.witness, self.straggler = self.client(), self.client()
        self.engines = [self.engine(self.session), self.engine(other)]
        self.current: list[EngineGenerate | None] = [None, None]
        self.requests: list[str] = []

    def state(self, session: WebLLMSession) -> SocketState:
        return SocketState(session.pk, self.user.pk, session.model_id, uuid4().hex, dialect=V1)

    def client(self) -> Client:
        client = Client(self.state(self.session))
        client.hear(v1.initial_messages(client.state, timezone.now()))
        return client

    def engine(self, session: WebLLMSession) -> SocketState:
        state = self.state(session)
        handlers.handle(state, protocol.Ready(MODEL, "webllm"))
        return state

    def tell(self, number: int, message: Any) -> None:
        """Handle an engine's message, and store the request that the engine receives next."""
        self.take(number, handlers.handle(self.engines[number], message))

    def take(self, number: int, messages: list[Any]) -> None:
        for message in messages:
            if isinstance(message, EngineGenerate):
                self.current[number] = message

    @rule(count=st.integers(1, 3), is_seen=st.booleans())
    def submit(self, count: int, is_seen: bool) -> None:
        request_id = uuid4().hex
        self.requests.append(request_id)
        wish = protocol.Generate(f"About {request_id}", protocol.Options(count=count), request_id)
        if is_seen:
            self.straggler.hear(handlers.handle(self.straggler.state, wish))
        else:
            handlers.handle(self.state(self.session), wish)

    @rule(number=ONE_OF_TWO)
    def claim(self, number: int) -> None:
        self.take(number, handlers.queue_changed(self.engines[number]))

    @rule(number=ONE_OF_TWO)
    def card(self, number: int) -> None:
        if request := self.current[number]:
            self.tell(number, protocol.EngineCard(request.generation_id, request.lease, 0, _card()))

    @rule(number=ONE_OF_TWO)
    def begin_work(self, number: int) -> None:
        self.claim(number)
        self.card(number)

    @rule(number=ONE_OF_TWO, count=st.integers(0, 3))
    def respond(self, number: int, count: int) -> None:
        if request := self.current[number]:
            data = protocol.incoming.ResponseData([_card() for _ in range(count)])
            self.tell(
                number,
                protocol.Response(request.cache_key, data, request.generation_id, request.lease),
            )

    @rule(number=ONE_OF_TWO)
    def fail(self, number: int) -> None:
        if request := self.current[number]:
            self.tell(
                number,
                protocol.EngineError("Out of memory.", "out_of_memory", request.generation_id),
            )

    @rule(number=ONE_OF_TWO)
    def come_back(self, number: int) -> None:
        """Drop the engine's socket, and connect the engine again with the request that it had."""
        session = WebLLMSession.objects.get(pk=self.engines[number].session_id)
        handlers.close_socket(self.engines[number])
        self.engines[number] = self.engine(session)

    @rule()
    def lapse(self) -> None:
        now = timezone.now()
        Generation.objects.filter(user=self.user).exclude(lease=None).update(lease_expires_at=now)
        leases_recover(now=now)

    @precondition(lambda self: self.requests)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        request_id = data.draw(st.sampled_from(self.requests))
        handlers.handle(self.state(self.session), protocol.Cancel(request_id=request_id))

    @rule()
    def look(self) -> None:
        self.straggler.look()
        assert self.straggler.knows() == self.client().knows()

    @rule(data=st.data())
    def resume(self, data: st.DataObject) -> None:
        last_seq = data.draw(st.integers(0, self.witness.seq))
        returning = self.client()
        returning.hear(handlers.handle(returning.state, protocol.Resume(last_seq)))
        returning.look()
        assert returning.log == [message for message in self.witness.log if message.seq > last_seq]
        assert returning.knows() == self.client().knows()

    @rule(data=st.data())
    def come_back_by_address(self, data: st.DataObject) -> None:
        last_seq = data.draw(st.integers(0, self.witness.seq))
        returning = Client(self.state(self.session))
        returning.hear(v1.initial_messages(returning.state, timezone.now(), last_seq))
        returning.look()
        assert returning.log == [message for message in self.witness.log if message.seq > last_seq]
        assert returning.knows() == self.client().knows()

    @invariant()
    def witnessed(self) -> None:
        if hasattr(self, "witness"):
            self.witness.look()
            assert self.witness.knows() == self.client().knows()


def _card() -> dict[str, str]:
    return {"front": uuid4().hex, "back": "of a card"}


@pytest.mark.parametrize("page_bytes", [524_288, 700, 1])
def test_the_snapshot_before_and_the_messages_seen_make_the_snapshot_after(
    db, settings, page_bytes
):
    settings.RESUME_PAGE_BYTES = page_bytes
    quick = hypothesis.settings(
        max_examples=30,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Histories, settings=quick)


def test_news_come_in_pages_of_a_bounded_size_each_once_and_in_order(db, settings):
    settings.RESUME_PAGE_BYTES = 1000
    story = Histories()
    story.begin()
    for _ in range(5):
        story.submit(count=2, is_seen=False)
        story.begin_work(0)
        story.respond(0, count=2)
    returning = story.client()
    pages = [v1.initial_messages(returning.state, timezone.now(), 0)[1:]]
    while returning.state.has_more:
        pages.append(v1.catch_up(returning.state, timezone.now()))
    assert (
        max(sum(len(protocol.encode(message)) for message in page) for page in pages)
        < settings.RESUME_PAGE_BYTES + 1000
    )
    assert len(pages) >= 5
    story.witness.look()
    assert [
        message for page in pages for message in page if isinstance(message, NUMBERED)
    ] == story.witness.log


def test_who_looks_only_after_the_first_card_knows_of_the_engine_too(db):
    story = Histories()
    story.begin()
    story.submit(count=2, is_seen=True)
    story.begin_work(0)
    story.look()

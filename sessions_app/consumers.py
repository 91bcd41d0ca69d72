"""The WebSocket consumers of sessions.

A consumer accepts a socket, decodes its messages and sends the replies. `handlers` determines the
replies, off the event loop. A consumer also passes on the events that `sessions_app.events` sends.
It uses no models and contains no business rules.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from time import monotonic
from typing import Any
from uuid import UUID

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext

from sessions_app import events, handlers, log_context, metrics, protocol, socket_registry
from sessions_app.auth import handshake_from_scope
from sessions_app.exceptions import SessionEnded, SocketRejected
from sessions_app.ratelimit import TokenBucket
from sessions_app.sync_executor import run_sync

Receive = Callable[[], Awaitable[dict[str, Any]]]

log = logging.getLogger(__name__)
MAX_CONSECUTIVE_MALFORMED = 3
MAX_UNANSWERED = 1_000
ABSURD_SIZE_FACTOR = 2  # a frame above twice the largest response cannot be an accident
# A client that takes less than this is treated as one that does not read.
MIN_BYTES_PER_SECOND = 1024
MAX_REASON_BYTES = 123  # RFC 6455, section 5.5: a control frame, without the close code


def shorten_reason(reason: str | Promise) -> str:
    """Return the reason for a close, cut after the last character that fits in the frame."""
    return str(reason).encode()[:MAX_REASON_BYTES].decode(errors="ignore")


class SessionConsumer(AsyncWebsocketConsumer):
    """A WebSocket of a session, in either dialect.

    Messages from the client can close it only with a code that docs/protocol.md lists.
    """

    state: handlers.SocketState | None = None
    heartbeat_task: asyncio.Task[None] | None = None
    has_received = True
    # The task that sends the rest while the client is behind. Until it ends, nothing new is done
    # for the client.
    delivery: asyncio.Task[None] | None = None
    # True if an event or a heartbeat was skipped while the client was behind.
    has_missed = False
    # True if another page follows the one that was sent last.
    has_page = False
    is_closing = False

    async def __call__(
        self, scope: dict[str, Any], receive: Receive, send: Callable[[Any], Awaitable[None]]
    ) -> None:
        """Run one long-lived task for the client's messages and one for events.

        Channels creates a new task for each message instead.
        """
        self.scope, self.base_send = scope, send
        self.flow: socket_registry.FlowControl = (
            scope.get("flow") or socket_registry.NoFlowControl()
        )
        self.outbox: list[str] = []
        log_context.bind(session_id=scope["url_route"]["kwargs"]["session_id"])
        self.channel_layer, self.channel_name = await events.open_channel()
        try:
            async with asyncio.TaskGroup() as self.tasks:
                self.tasks.create_task(self.listen(partial(self.receive_next, receive)))
                self.tasks.create_task(
                    self.listen(partial(self.channel_layer.receive, self.channel_name))
                )
        except* StopConsumer:
            pass
        finally:
            socket_registry.unregister(self)

    async def listen(self, receive: Receive) -> None:
        """Pass each message to the method that handles its type.

        Channels switches to another thread before each message to close old database connections.
        That is not needed here, because the event loop has none.
        """
        while True:
            message = await receive()
            await getattr(self, message["type"].replace(".", "_"))(message)

    async def receive_next(self, receive: Receive) -> dict[str, Any]:
        """Return the client's next message once the client has taken all earlier replies."""
        message = await receive()
        self.flow.message_taken()
        if self.delivery:
            await asyncio.wait([self.delivery])
        return message

    async def connect(self) -> None:
        # Close the socket before accepting it, so that a proxy tries the next server.
        if socket_registry.is_draining():
            await self.close(socket_registry.CLOSE_CODE, socket_registry.REASON)
            raise StopConsumer
        self.dialect = protocol.V1 if protocol.V1 in self.scope["subprotocols"] else protocol.GUIDE
        # Accept first: a browser reports a rejected handshake as code 1006, without the reason.
        await self.accept(None if self.dialect == protocol.GUIDE else self.dialect)
        self.step_lock = asyncio.Lock()
        self.limits = protocol.Limits(settings.MESSAGE_MAX_BYTES, settings.RESPONSE_MAX_BYTES)
        self.bucket = TokenBucket.full(settings.SOCKET_RATE, settings.SOCKET_BURST, monotonic())
        self.malformed = self.refused = 0
        socket_registry.register(self)
        await self.run_safely(self.authenticate, on_fault=self.close_temporarily)
        if socket_registry.is_draining():  # the shutdown started in the meantime
            await self.drain()

    async def authenticate(self) -> None:
        handshake = handshake_from_scope(self.scope)
        await self.channel_layer.group_add(
            events.session_group(handshake.session_id), self.channel_name
        )
        self.state, messages = state, _ = await run_sync(
            handlers.open_socket, handshake, self.channel_name, self.dialect
        )
        await self.channel_layer.group_add(events.user_group(state.user_id), self.channel_name)
        await self.deliver(messages)
        self.heartbeat_task = self.tasks.create_task(self.heartbeat())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        self.has_received = True
        if self.state is None:
            return
        if not self.bucket.take(monotonic()):
            await self.reject_rate(text_data or "")
            return
        self.refused = 0
        try:
            if text_data is None:
                raise protocol.ProtocolError(
                    "invalid_message",
                    gettext("This is a binary frame: send JSON in a text frame."),
                )
            message = protocol.decode(text_data, self.limits, self.dialect)
        except protocol.ProtocolError as error:
            await self.reject_message(error, len(text_data or ""))
            return
        self.malformed = 0
        metrics.MESSAGES.add(self.dialect, protocol.tag_of(message))
        if generation_id := getattr(message, "generation_id", None):
            log_context.bind(generation_id=generation_id)
        is_long = len(text_data) > self.limits.message_bytes
        on_fault = partial(self.send_internal_error, message)
        await self.run_safely(self.handle_message, message, is_long, on_fault=on_fault)

    async def handle_message(self, message: protocol.ClientMessage, is_long: bool) -> None:
        if self.flow.is_lost and isinstance(message, protocol.Resume):
            # The connection is closed, and the disconnect that releases the lease is handled after
            # this message, so skip the work.
            return
        if self.state:
            await self.deliver(await handlers.dispatch(self.state, message, is_long=is_long))

    async def disconnect(self, code: int) -> None:
        """Release what the socket holds, after the step in progress.

        Later steps find no state and do nothing, so nothing is leased to a client that has left.
        """
        async with self.step_lock:
            state, self.state = self.state, None
            if self.heartbeat_task:
                self.heartbeat_task.cancel()
            if state:
                await self.cleanup(state)

    async def drain(self) -> None:
        """Close the socket because this process is about to stop.

        The step in progress finishes first and its messages are sent. The engine is assigned
        nothing more.
        """
        async with self.step_lock:
            if self.state:
                await run_sync(handlers.drain_engine, self.state)
            await self.close(socket_registry.CLOSE_CODE, socket_registry.REASON)

    async def cleanup(self, state: handlers.SocketState) -> None:
        """Release the socket's leases and leave its groups, even if one of these steps fails.

        The database or Redis may be unavailable, and a group that is not left would keep this
        channel forever.
        """
        groups = [events.session_group(state.session_id), events.user_group(state.user_id)]
        left = [self.channel_layer.group_discard(group, self.channel_name) for group in groups]
        for error in await asyncio.gather(
            run_sync(handlers.close_socket, state), *left, return_exceptions=True
        ):
            if error:
                log.warning("A socket was not left in order, its lease will lapse: %s", error)

    # --- events ---
    async def socket_end(self, event: dict[str, Any]) -> None:
        await self.close(event["close_code"], gettext(event["reason"]))

    async def generation_changed(self, event: dict[str, Any]) -> None:
        await self.run_event_unless_behind(handlers.generation_changed, UUID(event["id"]))

    async def queue_changed(self, event: dict[str, Any]) -> None:
        await self.run_event_unless_behind(handlers.queue_changed)

    async def user_changed(self, event: dict[str, Any]) -> None:
        if self.state:
            await self.run_safely(self.run_event, handlers.check_user)

    async def engine_cancelled(self, event: dict[str, Any]) -> None:
        if self.dialect == protocol.V1:
            await self.run_safely(self.run_event, handlers.cancel_engine, UUID(event["id"]))

    async def run_event_unless_behind(self, step: Callable, *args: Any) -> None:
        """Run a step for an event, or drop the event while the client is behind.

        A heartbeat makes up for dropped events, which would pile up otherwise.
        """
        if self.delivery:
            self.has_missed = True
        else:
            await self.run_safely(self.run_event, step, *args)

    async def run_event(self, step: Callable, *args: Any) -> None:
        if self.state:
            await self.deliver(await run_sync(step, self.state, *args))

    async def heartbeat(self) -> None:
        """Check the client every HEARTBEAT_SECONDS, and make up for lost events.

        A client that is behind is not pinged, because `wait_until_read` checks that it is still
        reading.
        """
        while True:
            await asyncio.sleep(settings.HEARTBEAT_SECONDS)
            if self.delivery:
                self.has_missed = True
                continue
            if self.dialect == protocol.V1:
                if not self.has_received:
                    reason = gettext("Nothing was heard for two heartbeats: connect again.")
                    await self.close(4408, reason)
                    return
                self.has_received = False
                await self.send_all([protocol.Ping()])
            await self.run_safely(self.run_event, handlers.heartbeat)

    # --- outgoing messages ---
    @property
    def unsent_bytes(self) -> int:
        return self.flow.unsent_bytes + self.outbox_bytes

    @property
    def outbox_bytes(self) -> int:
        return sum(len(text.encode()) for text in self.outbox)

    async def deliver(self, messages: list[protocol.ServerMessage]) -> None:
        """Send the messages that a step returned.

        If they are a page of changes and another page follows, `deliver_rest` sends that page when
        the client has taken this one.
        """
        await self.send_all(messages)
        if messages and self.state and self.state.has_more and not self.is_closing:
            self.has_page = True
            self.fall_behind()

    async def send_all(self, messages: list[protocol.ServerMessage]) -> None:
        await self.send_texts([protocol.encode(message) for message in messages])

    async def send_texts(self, texts: list[str]) -> None:
        """Send what the connection takes now, and queue the rest for `deliver_rest`.

        Nothing more is sent on a socket that is closing. The client can get it after it reconnects.
        """
        for position, text in enumerate(texts):
            if self.outbox or not self.flow.is_open:
                self.outbox += texts[position:]
                break
            try:
                await self.send(text_data=text)
            except Exception as error:  # every server raises a different one
                log.info("A socket closed while it was spoken to: %s", error)
                return
        if not self.flow.is_open:
            self.fall_behind()
        if self.outbox and self.outbox_bytes > settings.SOCKET_UNSENT_MAX_BYTES:
            await self.close_unread(
                "unsent", gettext("Too much waits for this client: connect again and read faster.")
            )

    def fall_behind(self) -> None:
        self.delivery = self.delivery or self.tasks.create_task(self.deliver_rest())

    async def deliver_rest(self) -> None:
        """Send everything outstanding, each part when the client has taken the one before.

        The parts are the rest of the last step, the changes that dropped events reported, and
        further pages. No lock is held while waiting.
        """
        while self.outbox or self.has_missed or self.has_page or not self.flow.is_open:
            if not await self.wait_until_read():
                break
            await self.run_safely(self.deliver_more)
        self.outbox.clear()
        self.delivery, self.has_received = None, True

    async def deliver_more(self) -> None:
        if self.outbox:
            texts, self.outbox = self.outbox, []
            await self.send_texts(texts)
        else:
            step = handlers.heartbeat if self.has_missed else handlers.next_page
            self.has_missed = self.has_page = False
            await self.run_event(step)

    async def wait_until_read(self) -> bool:
        """Wait until the client has taken everything, or the connection is closed.

        Return False if the connection was closed. Close the socket if the client takes less than
        MIN_BYTES_PER_SECOND, measured over SOCKET_STALLED_SECONDS.
        """
        while True:
            unsent = self.flow.unsent_bytes
            try:
                async with asyncio.timeout(settings.SOCKET_STALLED_SECONDS):
                    return await self.flow.wait_until_open()
            except TimeoutError:
                if (
                    unsent - self.flow.unsent_bytes
                    < MIN_BYTES_PER_SECOND * settings.SOCKET_STALLED_SECONDS
                ):
                    await self.close_unread(
                        "stalled",
                        gettext("This client does not read what it is sent: connect again."),
                    )
                    return await self.flow.wait_until_open()

    async def close(self, code: int | None = None, reason: str | Promise | None = None) -> None:
        self.is_closing = True
        await super().close(code, reason and shorten_reason(reason))

    async def close_unread(self, cause: str, reason: str) -> None:
        metrics.UNREAD_CLOSES.add(cause)
        log.warning(
            "A socket whose client does not read is closed (%s): %d bytes are unsent",
            cause,
            self.unsent_bytes,
        )
        self.outbox.clear()
        await self.close(4408, reason)

    async def send_error(self, code: str, text: str, message_type: str = "", **fields: Any) -> None:
        """Send the client the reason why its message of this type was rejected."""
        await self.run_safely(self.reject, protocol.Error(text, code, **fields), message_type)

    async def reject(self, error: protocol.Error, message_type: str) -> None:
        if self.state is None or not self.state.is_guide:
            await self.send_all([error])
            return
        await self.send_all(await run_sync(handlers.reject, self.state, error, message_type))
        if len(self.state.replies) > MAX_UNANSWERED:
            reason = gettext(
                "Too many requests are unanswered: wait for results before you send more."
            )
            await self.close(4429, reason)

    async def reject_message(self, error: protocol.ProtocolError, size: int) -> None:
        metrics.REFUSALS.add(error.code)
        await self.send_error(error.code, error.message, error.message_type, **error.about)
        if error.code == "too_large" and size > ABSURD_SIZE_FACTOR * self.limits.response_bytes:
            await self.close(4413, gettext("This frame was far too large."))
        self.malformed = self.malformed + 1 if error.code == "invalid_json" else 0
        if self.malformed >= MAX_CONSECUTIVE_MALFORMED:
            await self.close(4400, gettext("Three frames in a row were not JSON."))

    async def reject_rate(self, text: str) -> None:
        metrics.REFUSALS.add("rate_limited")
        self.refused += 1
        if self.refused > settings.SOCKET_BURST:
            await self.close(4429, gettext("Too many messages: slow down and connect again."))
        else:
            reason = gettext("Too many messages: wait a second.")
            await self.send_error(
                "rate_limited", reason, protocol.type_of(text), retryable=True, retry_after=1
            )

    async def send_internal_error(self, message: Any = None) -> None:
        text = gettext("Something went wrong here: send the message again.")
        message_type = protocol.tag_of(message) if message else ""
        await self.send_error(
            "internal", text, message_type, retryable=True, **protocol.ids_of(message)
        )

    async def close_temporarily(self) -> None:
        await self.send_internal_error()
        reason = gettext("The session could not be opened just now: connect again.")
        await self.close(1011, reason)

    async def run_safely(
        self, step: Callable, *args: Any, on_fault: Callable | None = None
    ) -> None:
        """Run one step, and turn its exceptions into an `error` or a close with a reason.

        An unexpected exception never ends the consumer. It is logged, and `on_fault` is called if
        there is one. Steps for events have none, because the next heartbeat makes up for them.
        """
        try:
            async with self.step_lock:
                await step(*args)
        except (SessionEnded, SocketRejected) as refusal:
            await self.send_all([protocol.Error(refusal.message, refusal.code)])
            await self.close(refusal.close_code, refusal.message)
        except asyncio.CancelledError:
            raise
        except Exception:
            metrics.FAILURES.add("socket")
            log.exception("A step of a socket failed: %s", step.__name__)
            if on_fault:
                await on_fault()


class NotFoundConsumer(AsyncWebsocketConsumer):
    """A consumer for addresses that belong to no session.

    It closes the socket with a reason instead of failing the handshake.
    """

    async def connect(self) -> None:
        await self.accept()
        reason = gettext("No session lives at this address: take the wsUrl of a session.")
        await self.close(4404, shorten_reason(reason))

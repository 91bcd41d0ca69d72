"""Access to sockets, and the events that close them."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken

from sessions_app import consumers, events
from sessions_app.models import Generation, WebLLMSession
from sessions_app.services.sessions import sessions_expire_idle
from tests.helpers.sockets import open_socket


async def _close_code(address: str, **headers: str) -> int:
    async with open_socket(address, **headers) as socket:
        close = await socket.receive_close()
        assert close["reason"], "every close has a reason"
        return close["code"]


def _bearer(user) -> str:
    return f"Bearer {AccessToken.for_user(user)}"


async def test_ticket_is_accepted_repeatedly_while_session_is_open(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    for _ in range(2):
        async with open_socket(address) as socket:
            assert await socket.is_alive()


def percent_encode(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


REWRITES: dict[str, Callable[[dict[str, str]], str]] = {
    "as form data": urlencode,
    "with lastSeq first": lambda query: urlencode({"lastSeq": "0"} | query),
    "with additional parameters": lambda query: f"utm=a%20b&&{urlencode(query)}&x",
    "with every character encoded": lambda query: "&".join(
        f"{name}={percent_encode(value)}" for name, value in query.items()
    ),
    "with the name encoded": lambda query: f"%74icket={query['ticket']}",
}


@pytest.mark.parametrize("rewrite", REWRITES.values(), ids=REWRITES.keys())
async def test_ticket_is_accepted_in_any_encoding_of_query(
    socket_db, alice, acreate_session, rewrite
):
    address = urlsplit((await acreate_session(alice))["wsUrl"])
    query = rewrite(dict(parse_qsl(address.query)))
    async with open_socket(address._replace(query=query).geturl()) as socket:
        assert await socket.is_alive()


LAST_SEQ_PARAMETERS: dict[str, Callable[[int], str]] = {
    "with the value encoded": lambda seq: f"lastSeq={percent_encode(str(seq))}",
    "with the name encoded": lambda seq: f"{percent_encode('lastSeq')}={seq}",
    "with every character encoded": lambda seq: (
        f"{percent_encode('lastSeq')}={percent_encode(str(seq))}"
    ),
    "in upper case": lambda seq: f"{percent_encode('lastSeq').upper()}={seq}",
}


@pytest.mark.parametrize("is_first", [False, True], ids=["last", "first"])
@pytest.mark.parametrize("parameter", LAST_SEQ_PARAMETERS.values(), ids=LAST_SEQ_PARAMETERS.keys())
async def test_last_seq_is_read_in_any_encoding_of_query(
    socket_db, alice, acreate_session, parameter, is_first
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, ["mindflip.v1"]) as socket:
        before = (await socket.receive())["seq"]
        await socket.send(
            type="generate", prompt="Tides", options={"count": 1, "topic": "Tides"}, requestId="r1"
        )
        await socket.receive_type("session")
        await socket.send(type="cancel", requestId="r1")
        while (await socket.receive())["type"] != "error":
            pass
    parts = urlsplit(address)
    pairs = [urlencode(dict(parse_qsl(parts.query))), parameter(before)]
    query = "&".join(reversed(pairs) if is_first else pairs)
    async with open_socket(parts._replace(query=query).geturl(), ["mindflip.v1"]) as socket:
        assert (await socket.receive())["type"] == "session"
        assert (await socket.receive_type("error"))["code"] == "cancelled"


async def test_missing_empty_or_tampered_ticket_is_rejected_with_4401(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    assert await _close_code(address.partition("?")[0]) == 4401
    assert await _close_code(address[:-2] + ("aa" if not address.endswith("aa") else "bb")) == 4401
    assert await _close_code(address.partition("?")[0] + "?ticket=") == 4401


async def test_ticket_of_another_session_is_rejected(socket_db, alice, acreate_session):
    address, other = (
        (await acreate_session(alice))["wsUrl"],
        (await acreate_session(alice))["wsUrl"],
    )
    assert await _close_code(address.partition("?")[0] + "?" + other.partition("?")[2]) == 4401


async def test_ticket_of_another_user_is_rejected(socket_db, alice, bob, acreate_session):
    alice_address, bob_address = (
        (await acreate_session(alice))["wsUrl"],
        (await acreate_session(bob))["wsUrl"],
    )
    assert (
        await _close_code(alice_address.partition("?")[0] + "?" + bob_address.partition("?")[2])
        == 4401
    )


async def test_access_token_is_rejected_as_ticket(socket_db, alice, acreate_session):
    address = (await acreate_session(alice))["wsUrl"].partition("?")[0]
    assert await _close_code(f"{address}?ticket={AccessToken.for_user(alice)}") == 4401


async def test_bearer_token_of_session_owner_is_accepted_and_others_are_rejected(
    socket_db, alice, charlie, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"].partition("?")[0]
    async with open_socket(address, Authorization=_bearer(alice)) as socket:
        assert await socket.is_alive()
    assert await _close_code(address, Authorization=_bearer(charlie)) == 4404
    assert await _close_code(address, Authorization="Bearer nonsense") == 4401


async def test_local_origins_are_accepted_and_others_are_rejected_with_4403(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    for origin in ("http://localhost", "http://localhost:5173", "http://127.0.0.1:3000"):
        async with open_socket(address, Origin=origin) as socket:
            assert await socket.is_alive(), origin
    for origin in (
        "https://evil.example",
        "null",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "file://localhost",
    ):
        assert await _close_code(address, Origin=origin) == 4403, origin


async def test_deployment_accepts_allowed_origin_and_rejects_localhost(
    socket_db, alice, acreate_session, settings
):
    address = (await acreate_session(alice))["wsUrl"]
    settings.IS_PRIVATE, settings.ALLOWED_ORIGINS = False, ["https://app.example.org"]
    assert await _close_code(address, Origin="http://localhost:5173") == 4403
    async with open_socket(address, Origin="https://app.example.org") as socket:
        assert await socket.is_alive()


async def test_socket_of_unknown_path_or_session_is_closed_with_4404(
    socket_db, alice, acreate_session
):
    assert await _close_code("ws://localhost/ws/nowhere") == 4404
    unknown = "ws://localhost/ws/webllm/3f0b6e5e-0000-4000-8000-000000000000"
    assert await _close_code(unknown, Authorization=_bearer(alice)) == 4404


async def test_close_reason_is_truncated_to_whole_characters_within_frame_limit(
    socket_db, alice, acreate_session, monkeypatch
):
    session = await acreate_session(alice)
    async with open_socket(session["wsUrl"]) as socket:
        assert await socket.is_alive()
        await sync_to_async(events.sessions_ended)(
            [UUID(session["sessionId"])], close_code=4404, reason="ü" * 100
        )
        assert (await socket.receive_close())["reason"] == "ü" * 61
    monkeypatch.setattr(consumers, "gettext", lambda text: "x" * 122 + "\N{GRINNING FACE}")
    async with open_socket("ws://localhost/ws/nowhere") as socket:
        assert (await socket.receive_close())["reason"] == "x" * 122


async def test_closing_session_closes_its_sockets_and_cancels_its_generations(
    socket_db, alice, acreate_session, api
):
    session = await acreate_session(alice)
    async with open_socket(session["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
        await sync_to_async(api(alice).delete)(f"/api/webllm/session/{session['sessionId']}")
        assert (await socket.receive_close())["code"] == 4404
    generation = await Generation.objects.aget()
    assert (generation.status, generation.error_code) == ("cancelled", "session_closed")
    assert await _close_code(session["wsUrl"]) == 4404


async def test_session_expiry_closes_sockets_with_4410(socket_db, alice, acreate_session):
    session = await acreate_session(alice)
    async with open_socket(session["wsUrl"]) as socket:
        assert await socket.is_alive()
        later = timezone.now() + timezone.timedelta(hours=1)
        assert await sync_to_async(sessions_expire_idle)(now=later) == 1
        assert (await socket.receive_close())["code"] == 4410
    assert await _close_code(session["wsUrl"]) == 4410


async def test_message_in_expired_session_closes_socket_before_sweep_runs(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        assert await socket.is_alive()
        await WebLLMSession.objects.aupdate(
            last_activity_at=timezone.now() - timezone.timedelta(hours=1)
        )
        await socket.request_cards("Tides", 1)
        assert (await socket.receive())["code"] == "session_expired"
        assert (await socket.receive_close())["code"] == 4410


async def test_disabling_user_closes_their_sockets_and_invalidates_their_tickets(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address) as socket:
        assert await socket.is_alive()
        alice.is_active = False
        await alice.asave()
        assert (await socket.receive_close())["code"] == 4403
    assert await _close_code(address) == 4403


async def test_session_stays_ready_after_socket_disconnects(socket_db, alice, acreate_session, api):
    session = await acreate_session(alice)
    async with open_socket(session["wsUrl"]) as socket:
        assert await socket.is_alive()
    body = (
        await sync_to_async(api(alice).get)(f"/api/webllm/session/{session['sessionId']}")
    ).json()
    assert body["status"] == "ready"


async def test_session_status_is_generating_while_generation_runs(
    socket_db, alice, acreate_session, api
):
    session = await acreate_session(alice)
    read_session = sync_to_async(
        lambda: api(alice).get(f"/api/webllm/session/{session['sessionId']}").json()
    )
    async with open_socket(session["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        request = await socket.receive_type("generate")
        body = await read_session()
        assert (body["status"], body["queueLength"]) == ("generating", 1)
        await socket.send_cards(request, [{"front": "ebb", "back": "falling"}])
        await socket.receive_type("result")
        assert (await read_session())["status"] == "ready"


async def test_session_status_is_error_if_engine_cannot_run(socket_db, alice, acreate_session, api):
    session = await acreate_session(alice)
    async with open_socket(session["wsUrl"]) as socket:
        await socket.send(type="error", error="WebGPU is not available")
        assert await socket.is_alive()
    body = (
        await sync_to_async(api(alice).get)(f"/api/webllm/session/{session['sessionId']}")
    ).json()
    assert body["status"] == "error"
    assert body["engine"]["error"] == "WebGPU is not available"

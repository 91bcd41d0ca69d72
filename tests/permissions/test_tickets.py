"""Access to sockets: every test user at every route, invalid tickets, hosts and origins."""

from typing import Any

from asgiref.sync import sync_to_async
from django.core import signing
from django.test import Client
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken

from sessions_app.models import WebLLMSession
from sessions_app.services import sessions, tickets
from tests.helpers.routes import socket_routes
from tests.helpers.sockets import open_socket
from tests.permissions.matrix import ACCEPTED, SOCKETS
from tests.permissions.users import create_identities

ALLOWED_ORIGIN, OWN_HOST = "https://app.example.org", "mindflip.example"


async def close_code(address: str, **headers: str) -> int:
    """Return the code if the socket is closed immediately, or ACCEPTED if it responds."""
    async with open_socket(address, **headers) as socket:
        await socket.send(type="nonsense")
        output = await socket.communicator.receive_output(10)
        if output["type"] == "websocket.send" and '"unknown_type"' in output["text"]:
            return ACCEPTED
        close = output if output["type"] == "websocket.close" else await socket.receive_close()
        assert close["reason"], "the close has no reason"
        return close["code"]


def test_matrix_has_row_for_every_socket_route():
    assert set(SOCKETS) == set(socket_routes()), (
        "give each socket route a row in tests/permissions/matrix.py"
    )


async def test_socket_route_returns_expected_code_to_every_user(socket_db, alice):
    session = await sync_to_async(sessions.session_open)(
        user=alice, model_id="m", now=timezone.now()
    )
    identities = await sync_to_async(create_identities)(Client(), alice)
    for route, expected_code in SOCKETS.items():
        address = "ws://localhost/" + (
            route.replace("<uuid:session_id>", str(session.pk)) or "ws/nowhere"
        )
        codes = {
            (identity.name, identity.authentication): await close_code(address, **identity.headers)
            for identity in identities
        }
        assert codes == {
            (identity.name, identity.authentication): expected_code(identity)
            for identity in identities
        }


def ticket_of_other_session(alice: Any, bob: Any, session: Any) -> str:
    other = sessions.session_open(user=alice, model_id="m", now=timezone.now())
    return tickets.ticket_issue(session_id=other.pk, user=alice)


def ticket_of_other_users_session(alice: Any, bob: Any, session: Any) -> str:
    other = sessions.session_open(user=bob, model_id="m", now=timezone.now())
    return tickets.ticket_issue(session_id=other.pk, user=bob)


def ticket_issued_to_other_user(alice: Any, bob: Any, session: Any) -> str:
    return tickets.ticket_issue(session_id=session.pk, user=bob)


def tampered_ticket(alice: Any, bob: Any, session: Any) -> str:
    ticket = tickets.ticket_issue(session_id=session.pk, user=alice)
    return ("a" if ticket[0] != "a" else "b") + ticket[1:]


def ticket_with_other_salt(alice: Any, bob: Any, session: Any) -> str:
    return signing.dumps([session.pk.hex, alice.pk, tickets.password_key(alice)], salt="another")


def ticket_with_other_payload(alice: Any, bob: Any, session: Any) -> str:
    return signing.dumps({"session": session.pk.hex}, salt=tickets.SALT)


def ticket_of_old_password(alice: Any, bob: Any, session: Any) -> str:
    return signing.dumps([session.pk.hex, alice.pk, "0" * tickets.KEY_LENGTH], salt=tickets.SALT)


def access_token(alice: Any, bob: Any, session: Any) -> str:
    return str(AccessToken.for_user(alice))


INVALID_TICKETS = [
    ticket_of_other_session,
    ticket_of_other_users_session,
    ticket_issued_to_other_user,
    tampered_ticket,
    ticket_with_other_salt,
    ticket_with_other_payload,
    ticket_of_old_password,
    access_token,
]


async def test_socket_with_invalid_ticket_is_rejected(socket_db, alice, bob):
    session = await sync_to_async(sessions.session_open)(
        user=alice, model_id="m", now=timezone.now()
    )
    for create_ticket in INVALID_TICKETS:
        ticket = await sync_to_async(create_ticket)(alice, bob, session)
        expected = 4404 if create_ticket is ticket_issued_to_other_user else 4401
        assert (
            await close_code(f"ws://localhost/ws/webllm/{session.pk}?ticket={ticket}") == expected
        ), create_ticket.__name__


async def test_ticket_is_accepted_repeatedly_until_session_ends(socket_db, alice, acreate_session):
    session = await acreate_session(alice)
    assert [await close_code(session["wsUrl"]) for _ in range(3)] == [ACCEPTED] * 3
    await WebLLMSession.objects.aupdate(
        last_activity_at=timezone.now() - timezone.timedelta(hours=1)
    )
    assert await close_code(session["wsUrl"]) == 4410
    await sync_to_async(sessions.session_close)(
        user=alice, session_id=session["sessionId"], now=timezone.now()
    )
    assert await close_code(session["wsUrl"]) in (4404, 4410)


async def test_ticket_with_bearer_token_of_other_user_is_rejected(
    socket_db, alice, charlie, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    assert (
        await close_code(address, Authorization=f"Bearer {AccessToken.for_user(charlie)}") == 4404
    )


ORIGINS = {
    f"https://{OWN_HOST}": ACCEPTED,
    ALLOWED_ORIGIN: ACCEPTED,
    "null": 4403,
    f"http://{OWN_HOST}": 4403,
    f"https://{OWN_HOST}:8443": 4403,
    f"https://{OWN_HOST}.evil.com": 4403,
    f"https://evil.com/{OWN_HOST}": 4403,
    f"https://{OWN_HOST}@evil.com": 4403,
    f"https://not{OWN_HOST}": 4403,
    f"{ALLOWED_ORIGIN}.evil.com": 4403,
    "https://sub.app.example.org": 4403,
    "http://app.example.org": 4403,
    "http://localhost:3000": 4403,
    f"https://{OWN_HOST} ": 4403,
    "chrome-extension://abcdefgh": 4403,
}
UNKNOWN_HOSTS = (
    "evil.example",
    "localhost.evil.example",
    "",
    "localhost:3000@evil.example",
    "localhost@evil.example",
)


async def test_origins_other_than_own_and_allowed_are_rejected_in_deployment(
    socket_db, alice, acreate_session, settings
):
    address = (await acreate_session(alice))["wsUrl"].replace("ws://localhost", f"wss://{OWN_HOST}")
    settings.ALLOWED_HOSTS, settings.IS_PRIVATE, settings.IS_HTTPS, settings.ALLOWED_ORIGINS = (
        [OWN_HOST],
        False,
        True,
        [ALLOWED_ORIGIN],
    )
    assert {origin: await close_code(address, Origin=origin) for origin in ORIGINS} == ORIGINS
    assert await close_code(address) == ACCEPTED, "clients other than browsers send no Origin"


async def test_socket_with_unknown_host_is_rejected_despite_ticket(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    for host in UNKNOWN_HOSTS:
        assert [
            await close_code(address, Host=host),
            await close_code(address, Host=host, Origin=f"http://{host}"),
        ] == [4403, 4403], host

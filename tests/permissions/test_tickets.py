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
from tests.permissions.matrix import OPENS, SOCKETS
from tests.permissions.users import knockers

ALLOWED, OURS = "https://app.example.org", "mindflip.example"


async def close_of(address: str, **headers: str) -> int:
    """Return the code if the socket is closed immediately, or OPENS if the socket responds."""
    async with open_socket(address, **headers) as socket:
        await socket.send(type="nonsense")
        output = await socket.communicator.receive_output(10)
        if output["type"] == "websocket.send" and '"unknown_type"' in output["text"]:
            return OPENS
        close = output if output["type"] == "websocket.close" else await socket.receive_close()
        assert close["reason"], "every close says why"
        return close["code"]


def test_every_socket_route_has_its_row():
    assert set(SOCKETS) == set(socket_routes()), (
        "tests/permissions/matrix.py says who may open which socket"
    )


async def test_everybody_at_every_socket(socket_db, alice):
    session = await sync_to_async(sessions.session_open)(
        user=alice, model_id="m", now=timezone.now()
    )
    everybody = await sync_to_async(knockers)(Client(), alice)
    for route, answers in SOCKETS.items():
        address = "ws://localhost/" + (
            route.replace("<uuid:session_id>", str(session.pk)) or "ws/nowhere"
        )
        codes = {
            (knocker.name, knocker.means): await close_of(address, **knocker.headers)
            for knocker in everybody
        }
        assert codes == {(knocker.name, knocker.means): answers(knocker) for knocker in everybody}


def of_another_session(alice: Any, bob: Any, mine: Any) -> str:
    other = sessions.session_open(user=alice, model_id="m", now=timezone.now())
    return tickets.ticket_issue(session_id=other.pk, user=alice)


def of_another_user(alice: Any, bob: Any, mine: Any) -> str:
    other = sessions.session_open(user=bob, model_id="m", now=timezone.now())
    return tickets.ticket_issue(session_id=other.pk, user=bob)


def for_her_session_by_another(alice: Any, bob: Any, mine: Any) -> str:
    return tickets.ticket_issue(session_id=mine.pk, user=bob)


def tampered(alice: Any, bob: Any, mine: Any) -> str:
    ticket = tickets.ticket_issue(session_id=mine.pk, user=alice)
    return ("a" if ticket[0] != "a" else "b") + ticket[1:]


def signed_elsewhere(alice: Any, bob: Any, mine: Any) -> str:
    return signing.dumps([mine.pk.hex, alice.pk, tickets.password_key(alice)], salt="another")


def of_another_shape(alice: Any, bob: Any, mine: Any) -> str:
    return signing.dumps({"session": mine.pk.hex}, salt=tickets.SALT)


def of_an_old_password(alice: Any, bob: Any, mine: Any) -> str:
    return signing.dumps([mine.pk.hex, alice.pk, "0" * tickets.KEY_LENGTH], salt=tickets.SALT)


def the_token(alice: Any, bob: Any, mine: Any) -> str:
    return str(AccessToken.for_user(alice))


NO_TICKETS = [of_another_session, of_another_user, for_her_session_by_another, tampered,
signed_elsewhere, of_another_shape,
              of_an_old_password, the_token]  # fmt: skip


async def test_what_is_no_ticket_of_this_session_and_user_opens_nothing(socket_db, alice, bob):
    mine = await sync_to_async(sessions.session_open)(user=alice, model_id="m", now=timezone.now())
    for make in NO_TICKETS:
        ticket = await sync_to_async(make)(alice, bob, mine)
        wanted = 4404 if make is for_her_session_by_another else 4401
        assert await close_of(f"ws://localhost/ws/webllm/{mine.pk}?ticket={ticket}") == wanted, (
            make.__name__
        )


async def test_a_ticket_opens_as_often_as_one_likes_until_the_session_ends(
    socket_db, alice, acreate_session
):
    session = await acreate_session(alice)
    assert [await close_of(session["wsUrl"]) for _ in range(3)] == [OPENS] * 3
    await WebLLMSession.objects.aupdate(
        last_activity_at=timezone.now() - timezone.timedelta(hours=1)
    )
    assert await close_of(session["wsUrl"]) == 4410
    await sync_to_async(sessions.session_close)(
        user=alice, session_id=session["sessionId"], now=timezone.now()
    )
    assert await close_of(session["wsUrl"]) in (4404, 4410)


async def test_another_users_token_beside_her_ticket_is_his_own_word(
    socket_db, alice, charlie, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    assert await close_of(address, Authorization=f"Bearer {AccessToken.for_user(charlie)}") == 4404


ORIGINS = {
    f"https://{OURS}": OPENS,
    ALLOWED: OPENS,
    "null": 4403,
    f"http://{OURS}": 4403,
    f"https://{OURS}:8443": 4403,
    f"https://{OURS}.evil.com": 4403,
    f"https://evil.com/{OURS}": 4403,
    f"https://{OURS}@evil.com": 4403,
    f"https://not{OURS}": 4403,
    f"{ALLOWED}.evil.com": 4403,
    "https://sub.app.example.org": 4403,
    "http://app.example.org": 4403,
    "http://localhost:3000": 4403,
    f"https://{OURS} ": 4403,
    "chrome-extension://abcdefgh": 4403,
}
HOSTS = (
    "evil.example",
    "localhost.evil.example",
    "",
    "localhost:3000@evil.example",
    "localhost@evil.example",
)


async def test_in_a_deployment_only_our_own_and_the_allowed_origins_connect(
    socket_db, alice, acreate_session, settings
):
    address = (await acreate_session(alice))["wsUrl"].replace("ws://localhost", f"wss://{OURS}")
    settings.ALLOWED_HOSTS, settings.IS_PRIVATE, settings.IS_HTTPS, settings.ALLOWED_ORIGINS = (
        [OURS],
        False,
        True,
        [ALLOWED],
    )
    assert {origin: await close_of(address, Origin=origin) for origin in ORIGINS} == ORIGINS
    assert await close_of(address) == OPENS, "a program sends no Origin, and holds the ticket"


async def test_a_name_that_is_not_ours_opens_no_socket_even_with_a_ticket(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    for host in HOSTS:
        assert [
            await close_of(address, Host=host),
            await close_of(address, Host=host, Origin=f"http://{host}"),
        ] == [4403, 4403], host

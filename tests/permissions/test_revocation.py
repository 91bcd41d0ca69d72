"""Tokens, tickets and sockets are revoked with a new password or a disabled or deleted account."""

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import transaction
from rest_framework_simplejwt.tokens import RefreshToken

from sessions_app import handlers
from sessions_app.exceptions import SocketRejected
from sessions_app.models import WebLLMSession
from tests.helpers.sockets import open_socket

SESSIONS, REFRESH = "/api/webllm/session", "/api/auth/token/refresh"


def change_password(user: User) -> None:
    user.set_password("another long phrase")
    user.save()


def disable(user: User) -> None:
    user.is_active = False
    user.save()


@pytest.mark.parametrize("revoke", [change_password, disable, User.delete])
def test_tokens_are_rejected_after_revocation(alice, api, revoke):
    tokens = RefreshToken.for_user(alice)
    revoke(alice)
    client = api(None)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.access_token}")
    assert client.get(SESSIONS).status_code == 401
    response = client.post(REFRESH, {"refresh": str(tokens)})
    assert (response.status_code, response.json()["code"]) == (401, "unauthorized")


@pytest.mark.parametrize("revoke", [change_password, disable, User.delete])
def test_session_cookie_is_rejected_after_revocation(alice, client, revoke):
    client.force_login(alice)
    revoke(alice)
    assert client.get(SESSIONS).status_code == 401
    assert client.get("/decks").headers["Location"] == "/sign-in?next=/decks"


@pytest.mark.parametrize(
    ("revoke", "code"), [(change_password, 4401), (disable, 4403), (User.delete, 4401)]
)
async def test_sockets_are_closed_and_reconnects_are_rejected_after_revocation(
    socket_db, alice, acreate_session, revoke, code
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address) as socket:
        assert await socket.is_alive()
        await sync_to_async(revoke)(alice)
        closed = await socket.receive_close()
        assert (closed["code"], bool(closed["reason"])) == (code, True)
    async with open_socket(address) as socket:
        assert (await socket.receive_close())["code"] == code


async def test_socket_of_disabled_user_is_closed_at_heartbeat_without_signal(
    socket_db, alice, acreate_session, settings
):
    settings.HEARTBEAT_SECONDS = 0.1
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await User.objects.aupdate(is_active=False)  # sends no signal, like SQL of an operator
        assert (await socket.receive_close())["code"] == 4403


async def test_new_ticket_is_accepted_after_password_change(socket_db, alice, acreate_session, api):
    session = await acreate_session(alice)
    await sync_to_async(change_password)(alice)
    response = await sync_to_async(api(alice).post)(f"{SESSIONS}/{session['sessionId']}/ticket")
    async with open_socket(response.json()["wsUrl"]) as socket:
        assert await socket.is_alive()


def test_password_change_notifies_sockets_but_sign_in_does_not(
    alice, create_session, client, password, django_capture_on_commit_callbacks
):
    create_session(alice)
    with django_capture_on_commit_callbacks() as callbacks:
        response = client.post("/sign-in", {"username": "alice", "password": password})
    assert callbacks == []
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert User.objects.get().last_login
    with django_capture_on_commit_callbacks() as callbacks:
        change_password(alice)
    assert len(callbacks) == 1


async def test_socket_stays_open_when_its_user_signs_in(
    socket_db, alice, acreate_session, client, password
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        form = {"username": "alice", "password": password}
        response = await sync_to_async(client.post)("/sign-in", form)
        assert response.status_code == 302
        assert await socket.is_alive()


def test_socket_is_rejected_only_if_password_key_differs(alice, create_session):
    create_session(alice)
    state = handlers.SocketState(
        WebLLMSession.objects.get().pk, alice.pk, "a-model", "channel", password_key=""
    )
    with pytest.raises(SocketRejected), transaction.atomic():
        handlers.check_user(state)
    state.password_key = handlers.password_key(alice)
    assert handlers.check_user(state) == []

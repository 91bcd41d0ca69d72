"""Tokens, tickets and sockets end when a password changes, or an account is disabled or deleted."""

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


def new_password(user: User) -> None:
    user.set_password("another long phrase")
    user.save()


def disable(user: User) -> None:
    user.is_active = False
    user.save()


@pytest.mark.parametrize("end", [new_password, disable, User.delete])
def test_tokens_end(alice, api, end):
    tokens = RefreshToken.for_user(alice)
    end(alice)
    client = api(None)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.access_token}")
    assert client.get(SESSIONS).status_code == 401
    refused = client.post(REFRESH, {"refresh": str(tokens)})
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")


@pytest.mark.parametrize("end", [new_password, disable, User.delete])
def test_a_cookie_ends(alice, client, end):
    client.force_login(alice)
    end(alice)
    assert client.get(SESSIONS).status_code == 401
    assert client.get("/decks").headers["Location"] == "/sign-in?next=/decks"


@pytest.mark.parametrize(
    ("end", "code"), [(new_password, 4401), (disable, 4403), (User.delete, 4401)]
)
async def test_sockets_close_and_their_address_opens_no_more(
    socket_db, alice, acreate_session, end, code
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address) as socket:
        assert await socket.is_alive()
        await sync_to_async(end)(alice)
        close = await socket.receive_close()
        assert (close["code"], bool(close["reason"])) == (code, True)
    async with open_socket(address) as socket:
        assert (await socket.receive_close())["code"] == code


async def test_a_socket_that_was_told_nothing_closes_at_its_heartbeat(
    socket_db, alice, acreate_session, settings
):
    settings.HEARTBEAT_SECONDS = 0.1
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await User.objects.aupdate(is_active=False)  # sends no signals, like an operator's SQL
        assert (await socket.receive_close())["code"] == 4403


async def test_a_fresh_ticket_opens_after_a_new_password(socket_db, alice, acreate_session, api):
    session = await acreate_session(alice)
    await sync_to_async(new_password)(alice)
    fresh = await sync_to_async(api(alice).post)(f"{SESSIONS}/{session['sessionId']}/ticket")
    async with open_socket(fresh.json()["wsUrl"]) as socket:
        assert await socket.is_alive()


def test_signing_in_closes_no_socket(
    alice, create_session, client, password, django_capture_on_commit_callbacks
):
    create_session(alice)
    with django_capture_on_commit_callbacks() as callbacks:
        client.post("/sign-in", {"username": "alice", "password": password})
    assert callbacks == []


def test_an_unchanged_user_keeps_his_socket(alice, create_session):
    create_session(alice)
    state = handlers.SocketState(
        WebLLMSession.objects.get().pk, alice.pk, "a-model", "channel", password_key=""
    )
    with pytest.raises(SocketRejected), transaction.atomic():
        handlers.check_user(state)
    state.password_key = handlers.password_key(alice)
    assert handlers.check_user(state) == []

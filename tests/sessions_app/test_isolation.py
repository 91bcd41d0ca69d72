"""Alice's sessions and generations are invisible to Charlie, over REST and over sockets."""

import pytest
from asgiref.sync import sync_to_async

from sessions_app.exceptions import NotFound
from sessions_app.models import Generation
from sessions_app.services.generations import generation_for_user
from tests.helpers.sockets import make_cards, open_socket


@pytest.mark.parametrize(("method", "suffix"), [("get", ""), ("delete", ""), ("post", "/ticket")])
def test_session_of_other_user_returns_404_like_unknown_session(
    alice, charlie, create_session, api, method, suffix
):
    alice_session_id = create_session(alice)["sessionId"]
    unknown_session_id = "3f0b6e5e-0000-4000-8000-000000000000"
    responses = [
        getattr(api(charlie), method)(f"/api/webllm/session/{session_id}{suffix}")
        for session_id in (alice_session_id, unknown_session_id)
    ]
    assert [response.status_code for response in responses] == [404, 404]
    assert responses[0].json() == responses[1].json()
    assert (
        api(alice).get(f"/api/webllm/session/{alice_session_id}").json()["status"] == "initializing"
    )


def test_session_list_does_not_contain_sessions_of_other_user(alice, charlie, create_session, api):
    create_session(alice)
    assert api(charlie).get("/api/webllm/session").json()["results"] == []


def test_anonymous_requests_to_session_are_rejected_with_401(alice, create_session, api):
    address = f"/api/webllm/session/{create_session(alice)['sessionId']}"
    assert api(None).get(address).status_code == 401
    assert api(None).delete(address).status_code == 401
    assert api(None).post(f"{address}/ticket").status_code == 401


async def test_response_from_socket_of_other_user_is_rejected(
    socket_db, alice, charlie, acreate_session
):
    async with (
        open_socket((await acreate_session(alice))["wsUrl"]) as alice_socket,
        open_socket((await acreate_session(charlie))["wsUrl"]) as charlie_socket,
    ):
        await alice_socket.request_cards("Tides", 1)
        request = await alice_socket.receive_type("generate")
        copied_fields = {name: request[name] for name in ("cacheKey", "lease", "generationId")}
        await charlie_socket.send(
            type="response", data={"cards": make_cards("evil")}, **copied_fields
        )
        assert (await charlie_socket.receive())["code"] == "stale_response"
        await charlie_socket.send(
            type="response", data={"cards": make_cards("evil")}, cacheKey=request["cacheKey"]
        )
        assert (await charlie_socket.receive())["code"] == "unknown_cache_key"
        await alice_socket.send_cards(request, make_cards("ebb"))
        assert (await alice_socket.receive_type("result"))["data"]["cards"][0]["front"] == "ebb"


async def test_generation_of_other_user_raises_not_found(
    socket_db, alice, charlie, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
    generation = await Generation.objects.aget()
    assert (
        await sync_to_async(generation_for_user)(user=alice, generation_id=generation.pk)
        == generation
    )
    with pytest.raises(NotFound):
        await sync_to_async(generation_for_user)(user=charlie, generation_id=generation.pk)

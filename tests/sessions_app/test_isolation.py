"""Alice's sessions and generations are invisible to Charlie, over REST and over sockets."""

import pytest
from asgiref.sync import sync_to_async

from sessions_app.exceptions import NotFound
from sessions_app.models import Generation
from sessions_app.services.generations import generation_for_user
from tests.helpers.sockets import make_cards, open_socket


@pytest.mark.parametrize(("method", "suffix"), [("get", ""), ("delete", ""), ("post", "/ticket")])
def test_a_session_of_another_answers_as_if_it_were_not_there(
    alice, charlie, create_session, api, method, suffix
):
    hers = create_session(alice)["sessionId"]
    nobodys = "3f0b6e5e-0000-4000-8000-000000000000"
    answers = [
        getattr(api(charlie), method)(f"/api/webllm/session/{session_id}{suffix}")
        for session_id in (hers, nobodys)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()
    assert api(alice).get(f"/api/webllm/session/{hers}").json()["status"] == "initializing"


def test_the_list_holds_ones_own(alice, charlie, create_session, api):
    create_session(alice)
    assert api(charlie).get("/api/webllm/session").json()["results"] == []


def test_nobody_gets_nothing(alice, create_session, api):
    address = f"/api/webllm/session/{create_session(alice)['sessionId']}"
    assert api(None).get(address).status_code == 401
    assert api(None).delete(address).status_code == 401
    assert api(None).post(f"{address}/ticket").status_code == 401


async def test_an_answer_of_another_users_socket_reaches_no_generation_of_hers(
    socket_db, alice, charlie, acreate_session
):
    async with (
        open_socket((await acreate_session(alice))["wsUrl"]) as hers,
        open_socket((await acreate_session(charlie))["wsUrl"]) as his,
    ):
        await hers.request_cards("Tides", 1)
        request = await hers.receive_type("generate")
        stolen = {name: request[name] for name in ("cacheKey", "lease", "generationId")}
        await his.send(type="response", data={"cards": make_cards("evil")}, **stolen)
        assert (await his.receive())["code"] == "stale_response"
        await his.send(
            type="response", data={"cards": make_cards("evil")}, cacheKey=request["cacheKey"]
        )
        assert (await his.receive())["code"] == "unknown_cache_key"
        await hers.send_cards(request, make_cards("ebb"))
        assert (await hers.receive_type("result"))["data"]["cards"][0]["front"] == "ebb"


async def test_a_generation_of_another_is_not_found(socket_db, alice, charlie, acreate_session):
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

"""The queue over REST: the same rows as over sockets, for clients without a socket."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async

from sessions_app.models import Generation
from tests.helpers.sockets import make_cards, open_socket
from tests.helpers.v1 import V1, receive_until, send_ready, send_response

WISH = {"prompt": "Cards about tides", "options": {"count": 2, "topic": "Tides"}}


@pytest.fixture
def queue(alice, create_session) -> str:
    """Return the address where Alice requests generations."""
    return f"/api/webllm/session/{create_session(alice)['sessionId']}/generations"


def test_it_queues_and_says_where_to_look(alice, api, queue):
    response = api(alice).post(queue, WISH)
    body = response.json()
    assert response.status_code == 202
    assert response["Location"].endswith(f"/api/webllm/generations/{body['generationId']}")
    assert (body["status"], body["place"], body["cards"], body["cached"]) == (
        "queued",
        0,
        [],
        False,
    )
    assert api(alice).get(response["Location"]).json()["generationId"] == body["generationId"]


def test_the_place_counts_what_is_before(alice, api, queue):
    for place in range(3):
        body = api(alice).post(queue, WISH | {"prompt": f"Cards {place}"}).json()
        assert body["place"] == place


def test_the_same_key_is_the_same_generation(alice, api, queue):
    bodies = [api(alice).post(queue, WISH, HTTP_IDEMPOTENCY_KEY="k1").json() for _ in range(2)]
    other = api(alice).post(queue, WISH, HTTP_IDEMPOTENCY_KEY="k2").json()
    assert bodies[0]["generationId"] == bodies[1]["generationId"] != other["generationId"]


def test_a_key_of_another_user_is_another_generation(alice, bob, api, create_session, queue):
    his = f"/api/webllm/session/{create_session(bob)['sessionId']}/generations"
    assert api(alice).post(queue, WISH, HTTP_IDEMPOTENCY_KEY="k").status_code == 202
    assert api(bob).post(his, WISH, HTTP_IDEMPOTENCY_KEY="k").status_code == 202
    assert Generation.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "p", "options": {"count": 51}}, "options.count"),
        ({"prompt": "p\0"}, "prompt"),
        ({"prompt": "p", "options": []}, "options"),
        ([], ""),
    ],
)
def test_a_wrong_body_is_refused_by_the_name_of_the_member(alice, api, queue, body, member):
    response = api(alice).post(queue, body)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert member in response.json()["error"]
    assert not Generation.objects.exists()


def test_a_full_queue_is_429_with_retry_after(alice, api, queue, settings):
    settings.MAX_QUEUED_PER_USER = 1
    api(alice).post(queue, WISH)
    response = api(alice).post(queue, WISH)
    assert (response.status_code, response.json()["code"]) == (429, "queue_full")
    assert int(response["Retry-After"]) > 0


def test_a_closed_session_takes_nothing(alice, api, queue):
    api(alice).delete(queue.removesuffix("/generations"))
    response = api(alice).post(queue, WISH)
    assert (response.status_code, response.json()["code"]) == (409, "session_closed")


def test_cancelling_answers_success_also_the_second_time(alice, api, queue):
    address = api(alice).post(queue, WISH)["Location"]
    for _ in range(2):
        response = api(alice).delete(address)
        assert (response.status_code, response.json()["status"]) == (200, "cancelled")


def test_it_lists_newest_first_with_few_queries(alice, api, queue, django_assert_num_queries):
    generation_ids = [
        api(alice).post(queue, WISH | {"prompt": f"Cards {n}"}).json()["generationId"]
        for n in range(4)
    ]
    with django_assert_num_queries(4):  # the token's user, the session, the page, its attempts
        body = api(alice).get(queue).json()
    assert [generation["generationId"] for generation in body["results"]] == generation_ids[::-1]


def test_charlie_sees_nothing(alice, charlie, api, queue):
    address = api(alice).post(queue, WISH)["Location"]
    for method, where in [
        ("get", queue),
        ("post", queue),
        ("get", address),
        ("delete", address),
        ("get", f"{address}?wait=1"),
    ]:
        assert getattr(api(charlie), method)(where).status_code == 404, (method, where)
    assert Generation.objects.get().status == "queued"


@pytest.mark.parametrize("wait", ["x", "-1", "26", "1.5", "²"])
def test_a_wrong_wait_is_refused(alice, api, queue, wait):
    address = api(alice).post(queue, WISH)["Location"]
    assert api(alice).get(address, {"wait": wait}).status_code == 400


def test_waiting_ends_after_so_many_seconds(alice, api, queue):
    address = api(alice).post(queue, WISH)["Location"]
    assert api(alice).get(address, {"wait": "1"}).json()["status"] == "queued"


async def test_who_waits_is_answered_when_an_engine_is_done(socket_db, alice, api, acreate_session):
    session = await acreate_session(alice)
    client = api(alice)
    post, get = (
        sync_to_async(client.post, thread_sensitive=False),
        sync_to_async(client.get, thread_sensitive=False),
    )
    async with open_socket(session["wsUrl"], V1) as engine:
        await send_ready(engine)
        address = (await post(f"/api/webllm/session/{session['sessionId']}/generations", WISH))[
            "Location"
        ]
        request = await receive_until(engine, "generate")
        import asyncio

        waiting = asyncio.create_task(get(address, {"wait": "20"}))
        await send_response(engine, request, "ebb", "flow")
        body: dict[str, Any] = (await waiting).json()
    assert (body["status"], [card["front"] for card in body["cards"]]) == (
        "succeeded",
        ["ebb", "flow"],
    )
    assert [(attempt["number"], attempt["outcome"]) for attempt in body["attempts"]] == [
        (1, "succeeded")
    ]


async def test_a_guides_socket_of_the_session_is_an_engine_for_it_too(
    socket_db, alice, api, acreate_session
):
    session = await acreate_session(alice)
    post = sync_to_async(api(alice).post, thread_sensitive=False)
    async with open_socket(session["wsUrl"]) as socket:
        await post(f"/api/webllm/session/{session['sessionId']}/generations", WISH)
        await socket.send_cards(await socket.receive_type("generate"), make_cards("ebb", "flow"))
        assert await socket.is_alive(), "and no result that it did not ask for"
    assert (await Generation.objects.aget()).status == "succeeded"

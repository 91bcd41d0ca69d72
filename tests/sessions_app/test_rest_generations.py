"""The queue over REST: the same rows as over sockets, for clients without a socket."""

import asyncio
from time import monotonic
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from sessions_app.models import Generation
from tests.helpers.sockets import make_cards, open_socket
from tests.helpers.v1 import V1, receive_until, send_ready, send_response

REQUEST = {"prompt": "Cards about tides", "options": {"count": 2, "topic": "Tides"}}


@pytest.fixture
def generations_address(alice, create_session) -> str:
    """Return the address where Alice requests generations."""
    return f"/api/webllm/session/{create_session(alice)['sessionId']}/generations"


def test_generation_is_queued_and_location_is_returned(alice, api, generations_address):
    response = api(alice).post(generations_address, REQUEST)
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


def test_place_is_number_of_earlier_queued_generations(alice, api, generations_address):
    for place in range(3):
        body = api(alice).post(generations_address, REQUEST | {"prompt": f"Cards {place}"}).json()
        assert body["place"] == place


def test_request_with_same_idempotency_key_returns_same_generation(alice, api, generations_address):
    bodies = [
        api(alice).post(generations_address, REQUEST, HTTP_IDEMPOTENCY_KEY="k1").json()
        for _ in range(2)
    ]
    other = api(alice).post(generations_address, REQUEST, HTTP_IDEMPOTENCY_KEY="k2").json()
    assert bodies[0]["generationId"] == bodies[1]["generationId"] != other["generationId"]


def test_idempotency_key_of_other_user_creates_separate_generation(
    alice, bob, api, create_session, generations_address
):
    bob_address = f"/api/webllm/session/{create_session(bob)['sessionId']}/generations"
    assert (
        api(alice).post(generations_address, REQUEST, HTTP_IDEMPOTENCY_KEY="k").status_code == 202
    )
    assert api(bob).post(bob_address, REQUEST, HTTP_IDEMPOTENCY_KEY="k").status_code == 202
    assert Generation.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "p", "options": {"count": 51}}, "options.count"),
        ({"prompt": "p\0"}, "prompt"),
        ({"prompt": "p", "options": []}, "options"),
        ([], "Expected `object`, got `array`"),
    ],
)
def test_invalid_body_is_rejected_with_name_of_field_or_expected_type(
    alice, api, generations_address, body, expected
):
    response = api(alice).post(generations_address, body)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert expected in response.json()["error"]
    assert not Generation.objects.exists()


def test_full_queue_returns_429_with_retry_after(alice, api, generations_address, settings):
    settings.MAX_QUEUED_PER_USER = 1
    api(alice).post(generations_address, REQUEST)
    response = api(alice).post(generations_address, REQUEST)
    assert (response.status_code, response.json()["code"]) == (429, "queue_full")
    assert int(response["Retry-After"]) > 0


def test_request_to_closed_session_is_rejected_with_409(alice, api, generations_address):
    api(alice).delete(generations_address.removesuffix("/generations"))
    response = api(alice).post(generations_address, REQUEST)
    assert (response.status_code, response.json()["code"]) == (409, "session_closed")


def test_generation_cancellation_succeeds_when_repeated(alice, api, generations_address):
    address = api(alice).post(generations_address, REQUEST)["Location"]
    for _ in range(2):
        response = api(alice).delete(address)
        assert (response.status_code, response.json()["status"]) == (200, "cancelled")


def test_generations_are_listed_newest_first_with_4_queries(
    alice, api, generations_address, django_assert_num_queries
):
    generation_ids = [
        api(alice)
        .post(generations_address, REQUEST | {"prompt": f"Cards {n}"})
        .json()["generationId"]
        for n in range(4)
    ]
    with django_assert_num_queries(4):  # the token's user, the session, the page, its attempts
        body = api(alice).get(generations_address).json()
    assert [generation["generationId"] for generation in body["results"]] == generation_ids[::-1]


def test_generations_of_other_user_return_404(alice, charlie, api, generations_address):
    address = api(alice).post(generations_address, REQUEST)["Location"]
    for method, url in [
        ("get", generations_address),
        ("post", generations_address),
        ("get", address),
        ("delete", address),
        ("get", f"{address}?wait=1"),
    ]:
        assert getattr(api(charlie), method)(url).status_code == 404, (method, url)
    assert Generation.objects.get().status == "queued"


@pytest.mark.parametrize("wait", ["x", "-1", "26", "1.5", "²"])
def test_invalid_wait_is_rejected_with_400(alice, api, generations_address, wait):
    address = api(alice).post(generations_address, REQUEST)["Location"]
    assert api(alice).get(address, {"wait": wait}).status_code == 400


def test_long_poll_returns_queued_generation_after_wait(alice, api, generations_address):
    address = api(alice).post(generations_address, REQUEST)["Location"]
    start = monotonic()
    assert api(alice).get(address, {"wait": "1"}).json()["status"] == "queued"
    assert monotonic() - start > 0.9


async def test_long_poll_returns_cards_when_engine_completes_generation(
    socket_db, alice, api, acreate_session
):
    session = await acreate_session(alice)
    client = api(alice)
    post, get = (
        sync_to_async(client.post, thread_sensitive=False),
        sync_to_async(client.get, thread_sensitive=False),
    )
    async with open_socket(session["wsUrl"], V1) as engine:
        await send_ready(engine)
        address = (await post(f"/api/webllm/session/{session['sessionId']}/generations", REQUEST))[
            "Location"
        ]
        request = await receive_until(engine, "generate")
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


async def test_guide_socket_completes_generation_requested_over_rest(
    socket_db, alice, api, acreate_session
):
    session = await acreate_session(alice)
    post = sync_to_async(api(alice).post, thread_sensitive=False)
    async with open_socket(session["wsUrl"]) as socket:
        await post(f"/api/webllm/session/{session['sessionId']}/generations", REQUEST)
        await socket.send_cards(await socket.receive_type("generate"), make_cards("ebb", "flow"))
        assert await socket.is_alive(), "The socket received a result that it did not request."
    assert (await Generation.objects.aget()).status == "succeeded"

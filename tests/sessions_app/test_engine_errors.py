"""Errors of engines: a generation is retried only if a retry can change the outcome."""

import pytest

from sessions_app.models import Attempt, Engine, Generation
from tests.helpers.sockets import make_cards, open_socket
from tests.helpers.v1 import (
    V1,
    lease_generation,
    receive_error,
    receive_until,
    send_ready,
    send_response,
)

ENDING = [
    ("context_exceeded", "context_exceeded"),
    ("model_unavailable", "engine_unusable"),
    ("webgpu_unavailable", "engine_unusable"),
]
RETRIED = ["device_lost", "out_of_memory", "engine_failed", "storage_full", "something_else", None]


async def give_up(socket, code, **ids) -> None:
    await socket.send(
        type="error", error="The engine's own words.", **({"code": code} if code else {}), **ids
    )


async def give_up_beside_another_engine(phone, desktop, code) -> None:
    request = await lease_generation(phone)
    await send_ready(desktop)
    await desktop.send(type="ping")
    await receive_until(desktop, "pong")
    await give_up(phone, code, generationId=request["generationId"])


@pytest.mark.parametrize(("engine_code", "code"), ENDING)
async def test_error_that_a_retry_cannot_change_ends_the_generation_in_the_guides_dialect(
    socket_db, alice, acreate_session, engine_code, code
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
        await give_up(socket, engine_code)
        error = await socket.receive_type("error")
        assert (error["code"], error["retryable"]) == (code, False)
        assert await socket.is_alive()
    assert [attempt.outcome async for attempt in Attempt.objects.all()] == [code]


@pytest.mark.parametrize(("engine_code", "code"), ENDING)
async def test_error_that_a_retry_cannot_change_ends_the_generation_in_v1(
    socket_db, alice, acreate_session, engine_code, code
):
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        request = await lease_generation(socket)
        await give_up(socket, engine_code, generationId=request["generationId"])
        error = await receive_error(socket)
        assert (error["code"], error["retryable"], error["requestId"]) == (code, False, "r1")
        assert await Engine.objects.aexists() is (code == "context_exceeded"), (
            "an unusable engine is none until it is ready again"
        )
    assert [attempt.outcome async for attempt in Attempt.objects.all()] == [code]


async def test_model_that_one_engine_cannot_run_is_tried_on_another(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as phone, open_socket(address, V1) as desktop:
        await give_up_beside_another_engine(phone, desktop, "webgpu_unavailable")
        await send_response(desktop, await receive_until(desktop, "generate"), "ebb")
        assert (await receive_until(phone, "result"))["requestId"] == "r1"


async def test_text_too_long_for_one_engine_is_tried_on_no_other(socket_db, alice, acreate_session):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as phone, open_socket(address, V1) as desktop:
        await give_up_beside_another_engine(phone, desktop, "context_exceeded")
        assert (await receive_error(phone))["code"] == "context_exceeded"


@pytest.mark.parametrize("engine_code", RETRIED)
async def test_error_that_a_retry_can_change_is_retried(
    socket_db, alice, acreate_session, engine_code
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
        await give_up(socket, engine_code)
        again = await socket.receive_type("generate")
        assert again["attempt"] == 2
        await socket.send_cards(again, make_cards("ebb"))
        assert (await socket.receive_type("result"))["data"]["cards"]


async def test_failed_generation_is_not_retryable_over_rest_either(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
        await give_up(socket, "context_exceeded")
        await socket.receive_type("error")
    generation = await Generation.objects.aget()
    assert (generation.status, generation.error_code) == ("failed", "context_exceeded")
    assert "shorten" in generation.error

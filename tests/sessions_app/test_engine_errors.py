"""Errors of engines: a generation is retried only if a retry can change the outcome."""

import pytest
from asgiref.sync import sync_to_async

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

FINAL_CODES = [
    ("context_exceeded", "context_exceeded"),
    ("model_unavailable", "engine_unusable"),
    ("webgpu_unavailable", "engine_unusable"),
]
RETRIED_CODES = [
    "device_lost",
    "out_of_memory",
    "engine_failed",
    "storage_full",
    "something_else",
    None,
]


async def send_engine_error(socket, code, **ids) -> None:
    await socket.send(
        type="error", error="The engine's own words.", **({"code": code} if code else {}), **ids
    )


async def fail_while_other_engine_is_ready(phone, desktop, code) -> None:
    request = await lease_generation(phone)
    await send_ready(desktop)
    await desktop.send(type="ping")
    await receive_until(desktop, "pong")
    await send_engine_error(phone, code, generationId=request["generationId"])


@pytest.mark.parametrize(("engine_code", "code"), FINAL_CODES)
async def test_final_engine_error_fails_generation_in_guide_dialect(
    socket_db, alice, acreate_session, engine_code, code
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
        await send_engine_error(socket, engine_code)
        error = await socket.receive_type("error")
        assert (error["code"], error["retryable"]) == (code, False)
        assert await socket.is_alive()
    assert [attempt.outcome async for attempt in Attempt.objects.all()] == [code]


@pytest.mark.parametrize(("engine_code", "code"), FINAL_CODES)
async def test_final_engine_error_fails_generation_in_v1(
    socket_db, alice, acreate_session, engine_code, code
):
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        request = await lease_generation(socket)
        await send_engine_error(socket, engine_code, generationId=request["generationId"])
        error = await receive_error(socket)
        assert (error["code"], error["retryable"], error["requestId"]) == (code, False, "r1")
        assert await Engine.objects.aexists() is (code == "context_exceeded"), (
            "an unusable engine is deleted until it is ready again"
        )
    assert [attempt.outcome async for attempt in Attempt.objects.all()] == [code]


async def test_generation_is_retried_on_other_engine_if_webgpu_is_unavailable(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as phone, open_socket(address, V1) as desktop:
        await fail_while_other_engine_is_ready(phone, desktop, "webgpu_unavailable")
        await send_response(desktop, await receive_until(desktop, "generate"), "ebb")
        assert (await receive_until(phone, "result"))["requestId"] == "r1"


async def test_generation_is_not_retried_on_other_engine_if_context_is_exceeded(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as phone, open_socket(address, V1) as desktop:
        await fail_while_other_engine_is_ready(phone, desktop, "context_exceeded")
        assert (await receive_error(phone))["code"] == "context_exceeded"


@pytest.mark.parametrize("engine_code", RETRIED_CODES)
async def test_generation_is_retried_after_temporary_engine_error(
    socket_db, alice, acreate_session, engine_code
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
        await send_engine_error(socket, engine_code)
        retry = await socket.receive_type("generate")
        assert retry["attempt"] == 2
        await socket.send_cards(retry, make_cards("ebb"))
        assert (await socket.receive_type("result"))["data"]["cards"]


async def test_generation_over_rest_is_failed_with_advice_if_context_is_exceeded(
    socket_db, alice, api, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
        await send_engine_error(socket, "context_exceeded")
        error = await socket.receive_type("error")
        assert await socket.is_alive(), "the engine gets no second attempt"
    generation = await Generation.objects.aget()
    assert (generation.status, generation.error_code) == ("failed", "context_exceeded")
    assert "shorten" in generation.error
    get = sync_to_async(api(alice).get)
    body = (await get(f"/api/webllm/generations/{generation.pk}")).json()
    # REST has no `retryable`: clients see from the code that a retry cannot help.
    assert (body["status"], body["code"], error["retryable"]) == (
        "failed",
        "context_exceeded",
        False,
    )
    assert body["finishedAt"]
    assert "shorten" in body["error"]
    assert [attempt["outcome"] for attempt in body["attempts"]] == ["context_exceeded"]

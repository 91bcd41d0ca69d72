"""Bad messages get an error that has a code and a message.

The socket stays open, except after repeated bad frames, very large frames or too many messages.
"""

import json
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from tests.helpers.sockets import make_cards, open_socket, wait_until

CASES = json.loads((Path(__file__).parents[1] / "contract" / "protocol_cases.json").read_text())[
    "fromClient"
]
UNKNOWN_ID = "3f0b6e5e-0000-4000-8000-000000000000"
BAD_CASES = [case for case in CASES if "error" in case]


async def test_each_bad_message_of_contract_gets_its_error_and_socket_stays_open(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        for case in BAD_CASES:
            await socket.send_frame(case["text"])
            message = await socket.receive()
            assert (message["type"], message["code"]) == ("error", case["error"]), case["name"]
            assert case.get("names", "") in message["error"], case["name"]
            assert await socket.is_alive(), case["name"]


@pytest.mark.parametrize(
    ("frame", "ids"),
    [
        ({"type": "generate", "prompt": "", "requestId": "r1"}, {"requestId": "r1"}),
        ({"type": "generate", "prompt": "x" * 70_000, "requestId": "r1"}, {"requestId": "r1"}),
        (
            {"type": "response", "cacheKey": 7, "generationId": UNKNOWN_ID},
            {"generationId": UNKNOWN_ID},
        ),
        (
            {"type": "nonsense", "requestId": "r1", "generationId": UNKNOWN_ID},
            {"requestId": "r1", "generationId": UNKNOWN_ID},
        ),
        ({"type": "generate", "requestId": 7, "generationId": "no id"}, {}),
        ({"type": "generate", "requestId": "r" * 101}, {}),
        ([], {}),
    ],
)
async def test_error_contains_valid_ids_of_bad_message(
    socket_db, alice, acreate_session, frame, ids
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.send_frame(json.dumps(frame))
        message = await socket.receive()
        assert message["type"] == "error"
        assert {
            name: message[name] for name in ("requestId", "generationId") if name in message
        } == ids


async def test_binary_frame_gets_error_and_socket_stays_open(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.send_frame(binary=b"\x00\xff")
        assert (await socket.receive())["code"] == "invalid_message"
        assert await socket.is_alive()


async def test_socket_is_closed_with_4400_after_three_invalid_json_frames(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        for _ in range(3):
            await socket.send_frame("{nonsense")
            assert (await socket.receive())["code"] == "invalid_json"
        close = await socket.receive_close()
        assert close["code"] == 4400
        assert close["reason"]


@pytest.mark.parametrize("size", [70_000, 1_100_000])
async def test_too_large_message_gets_error_and_socket_stays_open(
    socket_db, alice, acreate_session, size
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.send(type="generate", prompt="x" * size)
        assert (await socket.receive())["code"] in {"too_large", "invalid_message"}
        assert await socket.is_alive()


async def test_socket_is_closed_with_4413_after_very_large_frame(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.send(type="response", cacheKey="k", data={"cards": ["x" * 2_200_000]})
        assert (await socket.receive())["code"] == "too_large"
        close = await socket.receive_close()
        assert (close["code"], bool(close["reason"])) == (4413, True)


async def test_large_response_is_accepted(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        request = await socket.receive_type("generate")
        await socket.send_cards(request, [*make_cards("ebb"), {"filler": "x" * 200_000}])
        assert (await socket.receive_type("result"))["data"]["cards"][0]["front"] == "ebb"


async def test_response_without_request_is_rejected_and_not_cached(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.send(
            type="response", cacheKey="webllm:flashcards:Tides:1", data={"cards": make_cards("ebb")}
        )
        assert (await socket.receive())["code"] == "unknown_cache_key"
        await socket.request_cards("Tides", 1)
        assert await socket.receive_type("generate"), "a client must not have written the cache"


async def test_response_with_wrong_cache_key_is_rejected_and_next_response_accepted(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        request = await socket.receive_type("generate")
        await socket.send(
            type="response", cacheKey="webllm:flashcards:Other:1", data={"cards": make_cards("ebb")}
        )
        assert (await socket.receive())["code"] == "unknown_cache_key"
        await socket.send_cards(request, make_cards("ebb"))
        assert (await socket.receive_type("result"))["data"]["cards"]


async def test_duplicate_response_is_ignored(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        request = await socket.receive_type("generate")
        await socket.send_cards(request, make_cards("ebb"))
        await socket.send_cards(request, make_cards("flow"))
        assert (await socket.receive_type("result"))["data"]["cards"][0]["front"] == "ebb"
        assert await socket.is_alive(), "the duplicate is ignored"


async def test_response_with_unknown_lease_is_rejected_as_stale(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        request = await socket.receive_type("generate")
        message = {
            "type": "response",
            "cacheKey": request["cacheKey"],
            "data": {"cards": make_cards("ebb")},
        }
        await socket.send(**message, lease="3f0b6e5e-0000-4000-8000-000000000000")
        assert (await socket.receive())["code"] == "stale_response"


async def test_request_over_queue_limit_of_user_gets_retryable_queue_full_error(
    socket_db, alice, acreate_session, settings
):
    settings.MAX_QUEUED_PER_USER = 2
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        for number in range(3):
            await socket.request_cards(f"Topic {number}", 1)
        for _ in range(2):
            await socket.send_cards(await socket.receive_type("generate"), make_cards("ebb"))
            await socket.receive_type("result")
        while (message := await socket.receive())["type"] != "error":
            pass
        assert (message["code"], message["retryable"]) == ("queue_full", True)
        assert message["retryAfter"] > 0


async def test_messages_over_rate_limit_are_rejected_and_then_socket_is_closed(
    socket_db, alice, acreate_session, settings, rate_limit_clock
):
    settings.SOCKET_RATE, settings.SOCKET_BURST = 1, 2
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        for _ in range(5):
            await socket.send(type="nonsense")
        codes = [(await socket.receive())["code"] for _ in range(4)]
        assert codes == ["unknown_type", "unknown_type", "rate_limited", "rate_limited"]
        assert (await socket.receive_close())["code"] == 4429


async def test_database_error_is_sent_as_internal_error_without_details(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        assert await socket.is_alive()
        await _rename_generation_table()
        await socket.send(type="generate", prompt="Tides", requestId="r1")
        error = await socket.receive_type("error")
        assert (error["code"], error["requestId"]) == ("internal", "r1")
        assert "relation" not in error["error"]
        await _restore_generation_table()
        assert await socket.is_alive()


async def test_failed_heartbeat_is_logged_and_sends_no_error(
    socket_db, alice, acreate_session, settings, caplog
):
    settings.HEARTBEAT_SECONDS = 1
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        assert await socket.is_alive()
        await _rename_generation_table()
        await wait_until(lambda: "the heartbeat will make up for it" in caplog.text)
        await _restore_generation_table()
        await socket.send(type="nonsense")
        assert (await socket.receive())["code"] == "unknown_type"


async def test_socket_is_closed_with_1011_if_database_fails_while_it_opens(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    await _rename_generation_table()
    try:
        async with open_socket(address) as socket:
            assert (await socket.receive())["code"] == "internal"
            assert (await socket.receive_close())["code"] == 1011
    finally:
        await _restore_generation_table()


async def _rename_generation_table() -> None:
    await _run_sql("ALTER TABLE sessions_app_generation RENAME TO elsewhere")


async def _restore_generation_table() -> None:
    await _run_sql("ALTER TABLE elsewhere RENAME TO sessions_app_generation")


@sync_to_async
def _run_sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


async def test_deeply_nested_facts_are_rejected_and_sessions_stay_readable(
    socket_db, alice, acreate_session, api
):
    session = await acreate_session(alice)
    async with open_socket(session["wsUrl"], subprotocols=["mindflip.v1"]) as socket:
        await socket.receive_type("session")
        await socket.send_frame(
            '{"type": "ready", "modelId": "m", "engine": "webllm", "facts": '
            + '{"a": ' * 900
            + "1"
            + "}" * 901
        )
        message = await socket.receive_type("error")
        assert (message["code"], message["error"]) == (
            "invalid_json",
            "Use at most 32 levels of nesting in JSON.",
        )
        assert await socket.is_alive()
    assert (await sync_to_async(api(alice).get)("/api/webllm/session")).status_code == 200

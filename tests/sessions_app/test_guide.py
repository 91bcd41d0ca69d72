"""The guide's dialect over a real socket: requests, responses, results and the cache."""

from datetime import timedelta

from django.utils import timezone

from sessions_app.models import Attempt, Generation
from tests.helpers.sockets import Socket, make_cards, open_socket, wait_for_heartbeats


async def test_generation_sends_messages_of_guide_from_progress_to_result(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 2)
        assert (await socket.receive()) | {"generationId": ""} == {
            "type": "progress",
            "progress": 0,
            "message": "Queued",
            "generationId": "",
        }
        assert (await socket.receive())["message"] == "Starting generation..."
        request = await socket.receive()
        assert request["type"] == "generate"
        assert request["prompt"] == "Generate 2 flashcards about Tides"
        assert request["options"]["topic"] == "Tides"
        assert request["options"]["count"] == 2
        await socket.send_cards(request, make_cards("ebb", "flow"))
        done = await socket.receive()
        assert (done["type"], done["progress"]) == ("progress", 100)
        result = await socket.receive()
        assert result["type"] == "result"
        assert [card["front"] for card in result["data"]["cards"]] == ["ebb", "flow"]
        assert "cached" not in result["data"]


async def test_generate_message_has_additional_fields_for_mindflip_engines(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 2, language="French")
        request = await socket.receive_type("generate")
        assert request["cacheKey"] == "webllm:flashcards:Tides:2"
        assert request["attempt"] == 1
        assert request["lease"]
        assert request["cardsSoFar"] == []
        assert request["messages"][-1]["role"] == "user"
        assert request["responseFormat"]["schema"]
        assert "passages" not in request


async def test_generate_message_with_notes_has_passages_for_mindflip_engines(
    socket_db, alice, acreate_session
):
    notes = "The Moon pulls the sea and causes the tides."
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1, source=notes)
        request = await socket.receive_type("generate")
        assert request["passages"]["sentences"] == [{"text": notes, "passage": notes}]


async def test_repeated_request_returns_cached_result(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 2)
        await socket.send_cards(await socket.receive_type("generate"), make_cards("ebb", "flow"))
        first = await socket.receive_type("result")
        await socket.request_cards("Tides", 2)
        assert (await socket.receive())["progress"] == 100
        second = await socket.receive()
        assert second["data"] == {"cards": first["data"]["cards"], "cached": True}


async def test_request_with_refresh_is_generated_again(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.send_cards(await socket.receive_type("generate"), make_cards("ebb"))
        await socket.receive_type("result")
        await socket.request_cards("Tides", 1, refresh=True)
        await socket.send_cards(await socket.receive_type("generate"), make_cards("flow"))
        result = await socket.receive_type("result")
        assert result["data"]["cards"][0]["front"] == "flow"


async def test_requests_with_same_topic_and_different_prompts_do_not_share_result(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.send_cards(await socket.receive_type("generate"), make_cards("ebb"))
        await socket.receive_type("result")
        await socket.send(
            type="generate",
            prompt="Cards about laundry tides",
            options={"count": 1, "topic": "Tides"},
        )
        assert (await socket.receive_type("generate"))["prompt"] == "Cards about laundry tides"


async def test_cached_result_is_not_shared_with_other_user(socket_db, alice, bob, acreate_session):
    async with (
        open_socket((await acreate_session(alice))["wsUrl"]) as alice_socket,
        open_socket((await acreate_session(bob))["wsUrl"]) as bob_socket,
    ):
        await alice_socket.request_cards("Tides", 1)
        await alice_socket.send_cards(
            await alice_socket.receive_type("generate"), make_cards("ebb")
        )
        await alice_socket.receive_type("result")
        await bob_socket.request_cards("Tides", 1)
        assert (await bob_socket.receive_type("generate"))["options"]["topic"] == "Tides"


async def test_requests_on_same_socket_return_results_in_order(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        for topic in ("first", "second", "third"):
            await socket.request_cards(topic, 1)
        results = []
        while len(results) < 3:
            message = await socket.receive()
            if message["type"] == "generate":
                await socket.send_cards(message, make_cards(message["options"]["topic"]))
            elif message["type"] == "result":
                results.append(message["data"]["cards"][0]["front"])
        assert results == ["first", "second", "third"]


async def test_progress_message_contains_number_of_earlier_requests(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("first", 1)
        await socket.receive_type("generate")
        await socket.request_cards("second", 1)
        assert (await socket.receive())["message"] == "Queued (1 before it)"


async def test_missing_options_get_default_count_and_prompt_as_topic(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.send(type="generate", prompt="The water cycle")
        request = await socket.receive_type("generate")
        assert request["options"]["topic"] == "The water cycle"
        assert request["options"]["count"] == 10


async def test_missing_cards_are_requested_and_result_is_complete(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 3)
        await socket.send_cards(await socket.receive_type("generate"), make_cards("ebb", "ebb"))
        follow_up = await socket.receive_type("generate")
        assert follow_up["options"]["count"] == 2
        assert [card["front"] for card in follow_up["cardsSoFar"]] == ["ebb"]
        assert "ebb" in follow_up["prompt"]
        await socket.send_cards(follow_up, make_cards("flow", "spring"))
        result = await socket.receive_type("result")
        assert [card["front"] for card in result["data"]["cards"]] == ["ebb", "flow", "spring"]
        assert "partial" not in result["data"]


async def test_result_is_partial_after_three_incomplete_responses(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 3)
        for _ in range(3):
            await socket.send_cards(await socket.receive_type("generate"), make_cards("ebb"))
        result = await socket.receive_type("result")
        assert len(result["data"]["cards"]) == 1
        assert result["data"]["partial"] is True


async def test_generation_without_valid_cards_fails_with_retryable_error(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        for _ in range(3):
            await socket.send_cards(
                await socket.receive_type("generate"), [{"nothing": 1}, 5, None]
            )
        error = await socket.receive_type("error")
        assert error["code"] == "no_valid_cards"
        assert error["retryable"] is True
        assert await socket.is_alive()


async def test_generation_of_useless_cards_is_requested_again_and_fails(
    socket_db, alice, acreate_session
):
    useless = [
        {"front": "What is ebb?", "back": "ebb ebb ebb ebb"},
        {"front": "What is the ebb?", "back": "The ebb"},
        {"front": "What does the Moon go round?", "back": "Earth"},
    ]
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 3)
        for _ in range(3):
            request = await socket.receive_type("generate")
            assert request["options"]["count"] == 3
            await socket.send_cards(request, useless)
        error = await socket.receive_type("error")
        assert error["code"] == "no_valid_cards"
        assert "choose a larger model" in error["error"]


async def test_useless_card_counts_as_missing_and_others_are_kept(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.send(
            type="generate",
            prompt="Tides",
            options={"topic": "Tides", "count": 2, "language": "Chinese"},
        )
        chinese = {"front": "退潮是什么", "back": "水位下降"}
        await socket.send_cards(
            await socket.receive_type("generate"),
            [chinese, {"front": "What is the flow?", "back": "Rising water"}],
        )
        follow_up = await socket.receive_type("generate")
        assert follow_up["options"]["count"] == 1
        await socket.send_cards(follow_up, [{"front": "涨潮是什么", "back": "水位上升"}])
        result = await socket.receive_type("result")
        assert len(result["data"]["cards"]) == 2


async def test_additional_card_fields_of_engine_are_kept(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.send_cards(
            await socket.receive_type("generate"),
            [{"question": "ebb?", "answer": "falling water", "hint": "moon"}],
        )
        card = (await socket.receive_type("result"))["data"]["cards"][0]
        assert card | {"id": ""} == {
            "id": "", "front": "ebb?", "back": "falling water", "question": "ebb?",
            "answer": "falling water", "hint": "moon",
        }  # fmt: skip


async def test_generation_fails_after_three_engine_errors_and_stores_their_reasons(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        for number in (1, 2, 3):
            assert (await socket.receive_type("generate"))["attempt"] == number
            await socket.send(type="error", error=f"Out of memory {number}")
        error = await socket.receive_type("error")
        assert error["code"] == "engine_lost"
        assert "Out of memory 3" in error["error"]
        reasons = [attempt.reason async for attempt in Attempt.objects.order_by("number")]
        assert [reason[-1] for reason in reasons] == ["1", "2", "3"]


async def test_generation_stopped_by_its_engine_is_cancelled_and_not_retried(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
        await socket.send(type="error", error="Stopped by the user", code="cancelled")
        assert (await socket.receive_type("error"))["code"] == "cancelled"
        assert await Generation.objects.filter(status="cancelled").acount() == 1
        assert await socket.is_alive()


async def test_outcome_is_not_sent_again_by_event_or_heartbeat(
    socket_db, alice, acreate_session, settings
):
    settings.HEARTBEAT_SECONDS = 0.1
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
        await socket.send(type="error", error="Stopped by the user", code="cancelled")
        assert (await socket.receive_type("error"))["code"] == "cancelled"
        await wait_for_heartbeats()
        assert await socket.is_alive(), "neither an event nor a heartbeat sends it again"


async def test_outcome_is_sent_by_heartbeat_if_its_event_was_lost(
    socket_db, alice, acreate_session, settings
):
    settings.HEARTBEAT_SECONDS = 1
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
        failed_fields = {
            "status": "failed",
            "lease": None,
            "lease_expires_at": None,
            "finished_at": timezone.now(),
        }
        await Generation.objects.aupdate(
            **failed_fields, error_code="no_engine", error="No engine."
        )
        assert (await socket.receive_type("error"))["code"] == "no_engine"


async def test_request_repeated_after_reconnect_is_same_generation(
    socket_db, alice, acreate_session
):
    session = await acreate_session(alice)
    async with open_socket(session["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        before = await socket.receive_type("generate")
    async with open_socket(session["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        progress = await socket.receive()
        assert progress["generationId"] == before["generationId"]
    assert await Generation.objects.acount() == 1


async def shorten_lease() -> None:
    """Let the running generation's lease expire in one minute."""
    await Generation.objects.aupdate(lease_expires_at=timezone.now() + timedelta(minutes=1))


async def is_lease_short(socket: Socket) -> bool:
    """Return whether no message that was sent before has renewed the shortened lease."""
    await socket.send(type="response", cacheKey="webllm:flashcards:Unknown:1", data={"cards": []})
    assert (await socket.receive())["code"] == "unknown_cache_key"
    lease_expires_at = (await Generation.objects.aget()).lease_expires_at
    return lease_expires_at <= timezone.now() + timedelta(minutes=1)


async def test_progress_message_of_engine_renews_its_lease(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
        await shorten_lease()
        assert await is_lease_short(socket)
        await socket.send(type="progress", progress=40, message="Still here")
        assert not await is_lease_short(socket)


async def test_response_without_cards_renews_lease_of_its_engine(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        request = await socket.receive_type("generate")
        before = (await Generation.objects.aget()).lease_expires_at
        await shorten_lease()
        await socket.send_cards(request, [])
        await socket.receive_type("generate")
        assert (await Generation.objects.aget()).lease_expires_at > before

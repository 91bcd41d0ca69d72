"""The guide's dialect over a real socket: requests, responses, results and the cache."""

from django.utils import timezone

from sessions_app.models import Attempt, Generation
from tests.helpers.sockets import make_cards, open_socket


async def test_it_walks_the_guide_from_generate_to_result(socket_db, alice, acreate_session):
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


async def test_the_engine_gets_what_our_own_engines_need(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 2, language="French")
        request = await socket.receive_type("generate")
        assert request["cacheKey"] == "webllm:flashcards:Tides:2"
        assert request["attempt"] == 1
        assert request["lease"]
        assert request["cardsSoFar"] == []
        assert request["messages"][-1]["role"] == "user"
        assert request["responseFormat"]["schema"]


async def test_the_second_time_the_result_comes_out_of_the_cache(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 2)
        await socket.send_cards(await socket.receive_type("generate"), make_cards("ebb", "flow"))
        first = await socket.receive_type("result")
        await socket.request_cards("Tides", 2)
        assert (await socket.receive())["progress"] == 100
        second = await socket.receive()
        assert second["data"] == {"cards": first["data"]["cards"], "cached": True}


async def test_refresh_asks_the_engine_again(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.send_cards(await socket.receive_type("generate"), make_cards("ebb"))
        await socket.receive_type("result")
        await socket.request_cards("Tides", 1, refresh=True)
        await socket.send_cards(await socket.receive_type("generate"), make_cards("flow"))
        result = await socket.receive_type("result")
        assert result["data"]["cards"][0]["front"] == "flow"


async def test_two_prompts_with_one_topic_never_share_a_result(socket_db, alice, acreate_session):
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


async def test_two_users_never_share_a_result(socket_db, alice, bob, acreate_session):
    async with (
        open_socket((await acreate_session(alice))["wsUrl"]) as hers,
        open_socket((await acreate_session(bob))["wsUrl"]) as his,
    ):
        await hers.request_cards("Tides", 1)
        await hers.send_cards(await hers.receive_type("generate"), make_cards("ebb"))
        await hers.receive_type("result")
        await his.request_cards("Tides", 1)
        assert (await his.receive_type("generate"))["options"]["topic"] == "Tides"


async def test_several_requests_on_one_socket_run_one_at_a_time_and_in_order(
    socket_db, alice, acreate_session
):
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


async def test_it_says_how_many_wait_before(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("first", 1)
        await socket.receive_type("generate")
        await socket.request_cards("second", 1)
        assert (await socket.receive())["message"] == "Queued (1 before it)"


async def test_missing_options_are_filled_in(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.send(type="generate", prompt="The water cycle")
        request = await socket.receive_type("generate")
        assert request["options"]["topic"] == "The water cycle"
        assert request["options"]["count"] == 10


async def test_the_rest_is_asked_for_and_the_result_is_whole(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 3)
        await socket.send_cards(await socket.receive_type("generate"), make_cards("ebb", "ebb"))
        again = await socket.receive_type("generate")
        assert again["options"]["count"] == 2
        assert [card["front"] for card in again["cardsSoFar"]] == ["ebb"]
        assert "ebb" in again["prompt"]
        await socket.send_cards(again, make_cards("flow", "spring"))
        result = await socket.receive_type("result")
        assert [card["front"] for card in result["data"]["cards"]] == ["ebb", "flow", "spring"]
        assert "partial" not in result["data"]


async def test_after_two_more_asks_it_gives_what_there_is(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 3)
        for _ in range(3):
            await socket.send_cards(await socket.receive_type("generate"), make_cards("ebb"))
        result = await socket.receive_type("result")
        assert len(result["data"]["cards"]) == 1
        assert result["data"]["partial"] is True


async def test_no_cards_at_all_is_an_error_and_no_empty_success(socket_db, alice, acreate_session):
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


async def test_members_of_the_engine_stay_on_a_card(socket_db, alice, acreate_session):
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


async def test_an_engine_that_fails_three_times_fails_the_generation_with_its_reasons(
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


async def test_a_page_that_stops_its_engine_cancels_and_nothing_is_tried_again(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
        await socket.send(type="error", error="Stopped by the user", code="cancelled")
        assert (await socket.receive_type("error"))["code"] == "cancelled"
        assert await Generation.objects.filter(status="cancelled").acount() == 1
        assert await socket.is_alive()


async def test_an_outcome_is_told_once_whatever_brings_it(
    socket_db, alice, acreate_session, settings
):
    settings.HEARTBEAT_SECONDS = 1
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
        await socket.send(type="error", error="Stopped by the user", code="cancelled")
        assert (await socket.receive_type("error"))["code"] == "cancelled"
        assert await socket.communicator.receive_nothing(timeout=2.5), (
            "no event and no heartbeat says it again"
        )


async def test_an_outcome_whose_event_was_lost_is_told_by_the_heartbeat(
    socket_db, alice, acreate_session, settings
):
    settings.HEARTBEAT_SECONDS = 1
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
        ended = {
            "status": "failed",
            "lease": None,
            "lease_expires_at": None,
            "finished_at": timezone.now(),
        }
        await Generation.objects.aupdate(**ended, error_code="no_engine", error="No engine.")
        assert (await socket.receive_type("error"))["code"] == "no_engine"


async def test_what_a_dropped_client_asked_for_is_its_own_when_it_asks_again(
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


async def test_a_progress_message_of_the_engine_renews_its_lease(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        request = await socket.receive_type("generate")
        before = (await Generation.objects.aget()).lease_expires_at
        await socket.send(type="progress", progress=40, message="Still here")
        await socket.send_cards(request, [])
        await socket.receive_type("generate")
        assert (await Generation.objects.aget()).lease_expires_at > before

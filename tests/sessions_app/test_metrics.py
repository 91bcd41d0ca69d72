"""/metrics: counters of the process and numbers from the database, for allowed callers."""

from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient, Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from sessions_app.models import Generation
from sessions_app.protocol import GUIDE
from tests.helpers.sockets import make_cards, open_socket

EXTERNAL_IP = "203.0.113.9"
TOKEN = "a token for scrapers"


@pytest.fixture(autouse=True)
def _disable_metrics_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mindflip.monitoring.metrics.FRESH_SECONDS", 0)


async def scrape() -> dict[tuple[str, ...], float]:
    """Return the value of each sample, by its name and its labels' values.

    The values are in the order of the labels' names.
    """
    response = await AsyncClient().get("/metrics", headers={"Host": "10.0.0.7:3000"})
    assert response.status_code == 200, response.content
    families = text_string_to_metric_families(response.content.decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def increase(
    before: dict[tuple[str, ...], float], after: dict[tuple[str, ...], float], *sample: str
) -> float:
    return after.get(sample, 0) - before.get(sample, 0)


async def test_request_that_waits_for_earlier_request_counts_as_single_cache_miss(
    socket_db, alice, create_session
):
    async with open_socket((await _create_session(create_session, alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides")
        await socket.receive_type("generate")
        before = await scrape()
        for topic in ("Moons", "Winds"):
            await socket.request_cards(topic)
            assert (await socket.receive())["progress"] == 0
        after = await scrape()
    assert increase(before, after, "mindflip_result_cache_reads_total", "miss") == 2


async def test_results_cache_hits_and_rejected_messages_are_counted(
    socket_db, alice, create_session
):
    before = await scrape()
    async with open_socket((await _create_session(create_session, alice))["wsUrl"]) as socket:
        await socket.request_cards()
        await socket.send_cards(await socket.receive_type("generate"), make_cards("ebb", "flow"))
        await socket.receive_type("result")
        await socket.request_cards()
        assert (await socket.receive_type("result"))["data"]["cached"]
        assert await socket.is_alive()
        after = await scrape()
    expected = {
        ("mindflip_messages_total", GUIDE, "generate"): 2,
        ("mindflip_messages_total", GUIDE, "response"): 1,
        ("mindflip_messages_refused_total", "unknown_type"): 1,
        ("mindflip_result_cache_reads_total", "miss"): 1,
        ("mindflip_result_cache_reads_total", "hit"): 1,
        ("mindflip_generations_ended_total", "", "succeeded"): 1,
        ("mindflip_attempts_ended_total", "succeeded"): 1,
        ("mindflip_generation_seconds_count",): 1,
        ("mindflip_generation_first_card_seconds_count",): 1,
        ("mindflip_sockets_open", GUIDE): 1,
    }
    assert {sample: increase(before, after, *sample) for sample in expected} == expected
    assert increase(before, after, "mindflip_hop_seconds_count") >= 4
    assert after["process_resident_memory_bytes",] > 0


async def _create_session(create_session: Any, user: Any) -> dict[str, Any]:
    return await sync_to_async(create_session)(user)


async def test_metrics_contain_queue_age_of_oldest_generation_and_lapsed_leases(
    socket_db, alice, create_session
):
    session = await _create_session(create_session, alice)
    async with open_socket(session["wsUrl"]) as socket:
        for topic, next_type in {"Tides": "generate", "Moons": "progress"}.items():
            await socket.request_cards(topic)
            await socket.receive_type(next_type)
        now = timezone.now()
        await Generation.objects.filter(status="queued").aupdate(
            queued_at=now - timedelta(seconds=90)
        )
        await Generation.objects.filter(status="leased").aupdate(
            lease_expires_at=now - timedelta(seconds=1)
        )
        samples = await scrape()
    assert (samples["mindflip_database_up",], samples["mindflip_database_sessions_open",]) == (1, 1)
    assert (
        samples["mindflip_database_generations_open", "queued"],
        samples["mindflip_database_generations_open", "leased"],
    ) == (1, 1)
    assert 90 <= samples["mindflip_database_generations_oldest_seconds", "queued"] < 120
    assert samples["mindflip_database_leases_lapsed",] == 1
    assert (
        sum(
            value
            for (name, *_), value in samples.items()
            if name == "mindflip_database_engines_present"
        )
        == 1
    )


@pytest.mark.parametrize(
    ("caller", "headers", "proxies", "status"),
    [
        ("127.0.0.1", {}, 0, 200),
        ("::1", {}, 1, 200),
        (EXTERNAL_IP, {}, 0, 403),
        (EXTERNAL_IP, {"Authorization": f"Bearer {TOKEN}"}, 0, 200),
        (EXTERNAL_IP, {"Authorization": "Bearer another"}, 0, 403),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 0, 403),
        ("127.0.0.1", {"X-Real-IP": "127.0.0.1"}, 0, 403),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1, 203.0.113.9"}, 1, 403),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9, 127.0.0.1"}, 1, 200),
        ("127.0.0.1", {"X-Forwarded-For": "nonsense"}, 1, 403),
    ],
)
async def test_metrics_are_returned_only_to_local_callers_and_with_token(
    socket_db, settings, caller, headers, proxies, status
):
    settings.METRICS_TOKEN, settings.TRUSTED_PROXY_COUNT = TOKEN, proxies
    response = await sync_to_async(Client().get)("/metrics", headers=headers, REMOTE_ADDR=caller)
    assert response.status_code == status
    assert (b"MINDFLIP_METRICS_TOKEN" in response.content) == (status == 403)

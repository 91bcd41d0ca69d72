"""Events between processes can be distributed over several Redis servers."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from channels_redis.pubsub import RedisPubSubChannelLayer

from mindflip.embedded.run import ROOT
from mindflip.embedded.servers import free_port, valkey

SHOW = (
    "import json; from mindflip import settings;"
    " print(json.dumps(settings.CHANNEL_LAYERS['default']['CONFIG']))"
)
GROUPS = [f"session.{number}" for number in range(40)]


@pytest.fixture
def second_url(tmp_path: Path) -> Iterator[str]:
    service, url = valkey(tmp_path / "valkey", tmp_path / "valkey.log", free_port(), is_kept=False)
    service.start()
    service.wait_until_ready()
    yield url
    service.kill()


async def test_two_processes_hear_each_other_over_two_servers(second_url: str) -> None:
    urls = [os.environ["REDIS_URL"], second_url]
    shown = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env=os.environ | {"MINDFLIP_CHANNEL_URLS": ",".join(urls)},
        capture_output=True,
        check=True,
    )
    here, there = (RedisPubSubChannelLayer(**json.loads(shown.stdout)) for _ in range(2))
    channel = await here.new_channel()
    for group in GROUPS:
        await here.group_add(group, channel)
    counts = [_subscribed(url) for url in urls]
    for group in GROUPS:
        await there.group_send(group, {"type": "queue.changed", "of": group})
    heard = {(await asyncio.wait_for(here.receive(channel), 10))["of"] for _ in GROUPS}
    await asyncio.gather(here.flush(), there.flush())
    assert heard == set(GROUPS)
    assert min(counts) > 5, "each server has some of the groups"


def _subscribed(url: str) -> int:
    with redis.Redis.from_url(url) as client:
        return len(client.pubsub_channels("*session.*"))

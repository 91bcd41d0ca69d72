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

PRINT_CONFIG = (
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


async def test_groups_use_all_redis_servers_and_every_event_is_received(second_url: str) -> None:
    urls = [os.environ["REDIS_URL"], second_url]
    completed = subprocess.run(
        [sys.executable, "-c", PRINT_CONFIG],
        cwd=ROOT,
        env=os.environ | {"MINDFLIP_CHANNEL_URLS": ",".join(urls)},
        capture_output=True,
        check=True,
    )
    receiver, sender = (RedisPubSubChannelLayer(**json.loads(completed.stdout)) for _ in range(2))
    channel = await receiver.new_channel()
    for group in GROUPS:
        await receiver.group_add(group, channel)
    counts = [_group_count(url) for url in urls]
    for group in GROUPS:
        await sender.group_send(group, {"type": "queue.changed", "of": group})
    received = {(await asyncio.wait_for(receiver.receive(channel), 10))["of"] for _ in GROUPS}
    await asyncio.gather(receiver.flush(), sender.flush())
    assert received == set(GROUPS)
    assert min(counts) > 5, "each server has some of the groups"
    assert sum(counts) == len(GROUPS), "each group is on one server"


def _group_count(url: str) -> int:
    """Return the number of this worker's groups on a server that other workers may use."""
    with redis.Redis.from_url(url) as client:
        return len(client.pubsub_channels(f"{os.environ['MINDFLIP_REDIS_PREFIX']}*session.*"))

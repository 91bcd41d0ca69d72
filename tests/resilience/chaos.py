"""Clients request cards while services are killed at random times."""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from itertools import cycle
from random import Random

from tests.resilience.clients import Account, url_on_server
from tests.resilience.cluster import Cluster
from tests.resilience.engines import Engine
from tests.resilience.guide_client import GuideClient
from tests.resilience.rest_client import RestClient
from tests.resilience.v1_client import V1Client

USERS = 4
V1_CLIENTS = 28
REST_CLIENTS = 6
GUIDE_CLIENTS = 6
ENGINES = 8
SENDS_TWICE_RATIO = 3  # on average, one of three clients sends each frame twice
KILL_INTERVAL_SECONDS = (0.5, 3.5)
DOWNTIME_SECONDS = (0.0, 2.0)
RECOVERY_SECONDS = 240.0  # much more than needed, for slow machines


class Chaos:
    """A run of random requests and kills.

    `clients` and `engines` record what they receive. `counts` and `cluster.kills` count events and
    kills. The seed determines when each service is killed and what each client does, but not how
    the processes interleave.
    """

    def __init__(self, cluster: Cluster, seed: int) -> None:
        self.cluster = cluster
        self.client_random, self.kill_random = Random(seed), Random(seed)
        self.counts: Counter[str] = Counter()
        self.clients: list[V1Client | GuideClient | RestClient] = []
        self.engines: list[Engine] = []

    def create_clients(self) -> None:
        """Create the users, and a session for each of their clients and engines.

        The `mindflip.v1` clients and the engines of a user connect to different servers.
        """
        accounts = [Account(self.cluster.web_urls[0], f"user{number}") for number in range(USERS)]
        for number in range(V1_CLIENTS):
            self.clients.append(
                V1Client(
                    f"v1-client{number}",
                    *self._socket_arguments(accounts[number % USERS], number % USERS),
                )
            )
        for number in range(GUIDE_CLIENTS):
            self.clients.append(
                GuideClient(
                    f"guide-client{number}",
                    *self._socket_arguments(accounts[number % USERS], number),
                )
            )
        for number in range(REST_CLIENTS):
            self.clients.append(self._rest_client(f"rest-client{number}", accounts[number % USERS]))
        for number in range(ENGINES):
            self.engines.append(
                Engine(*self._socket_arguments(accounts[number % USERS], number % USERS + 1))
            )

    async def run(self, seconds: float) -> None:
        """Send requests and kill services for `seconds`, and wait for the remaining outcomes.

        An exception in a client fails the test.
        """
        deadline = time.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(client.run()) for client in [*self.clients, *self.engines]]
            with suppress(TimeoutError):
                await self._send_requests_and_kill(deadline)
            for task in tasks:
                task.cancel()

    async def _send_requests_and_kill(self, deadline: float) -> None:
        """Send requests and kill services until `deadline`, and wait for the remaining outcomes.

        Raise TimeoutError if a client has no outcome RECOVERY_SECONDS after the last service has
        restarted.
        """
        async with asyncio.timeout(None) as timeout, asyncio.TaskGroup() as group:
            for client in self.clients:
                group.create_task(self._send_requests(client, deadline))
            await self._kill_services(deadline)
            timeout.reschedule(asyncio.get_running_loop().time() + RECOVERY_SECONDS)

    async def _send_requests(
        self, client: V1Client | GuideClient | RestClient, deadline: float
    ) -> None:
        while time.monotonic() < deadline:
            await client.request_cards(
                client.random.randint(1, 4),
                is_cancelled=client.random.random() < 0.05,
            )
            await asyncio.sleep(client.random.uniform(0, 2))

    async def _kill_services(self, deadline: float) -> None:
        """Kill the services repeatedly, in a random order and at random intervals.

        A service may be killed while another service is still down.
        """
        names = list(self.cluster.services)
        self.kill_random.shuffle(names)
        outages: list[asyncio.Task] = []
        for name in cycle(names):
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(self.kill_random.uniform(*KILL_INTERVAL_SECONDS))
            if name not in self.cluster.down:
                outages.append(asyncio.create_task(self._outage(name)))
        await asyncio.gather(*outages)

    async def _outage(self, name: str) -> None:
        self.counts["unexpected exits"] += len(self.cluster.exited_services())
        await asyncio.to_thread(self.cluster.kill, name)
        await asyncio.sleep(self.kill_random.uniform(*DOWNTIME_SECONDS))
        await asyncio.to_thread(self.cluster.restart, name)

    def _rest_client(self, name: str, account: Account) -> RestClient:
        session = account.create_session(self.cluster.web_urls[0])["sessionId"]
        token = account.http.headers["Authorization"]
        return RestClient(
            name,
            self.cluster.web_urls,
            token,
            session,
            Random(self.client_random.random()),
            self.counts,
        )

    def _socket_arguments(self, account: Account, server_number: int) -> tuple:
        """Create a session for the account and return the arguments of a `ReconnectingSocket`."""
        server = self.cluster.web_urls[server_number % 2]
        address = url_on_server(server, account.create_session(self.cluster.web_urls[0])["wsUrl"])
        return (
            address,
            Random(self.client_random.random()),
            self.counts,
            self.client_random.randrange(SENDS_TWICE_RATIO) == 0,
        )

"""A storm: clients request cards while the services are killed at random moments."""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from itertools import cycle
from random import Random

from tests.resilience.accounts import Account, at
from tests.resilience.cluster import Cluster
from tests.resilience.engines import Engine
from tests.resilience.guide_client import GuideClient
from tests.resilience.rest_client import Caller
from tests.resilience.v1_client import Requester

USERS = 4
ASKERS = 28
CALLERS = 6
GUIDES = 6
ENGINES = 8
TWICE = 3  # one client in three, on average, sends each frame twice
GAP_SECONDS = (0.5, 3.5)
DOWN_SECONDS = (0.0, 2.0)
CALM_SECONDS = 240.0  # much more than needed, because a slow machine takes its time


class Storm:
    """A storm of requests and kills.

    `clients` and `engines` record what they receive. `counts` and `cluster.kills` count events and
    kills. The seed determines when each service is killed and what each client does, but not how
    the processes interleave.
    """

    def __init__(self, cluster: Cluster, seed: int) -> None:
        self.cluster = cluster
        self.chance, self.fate = Random(seed), Random(seed)
        self.counts: Counter[str] = Counter()
        self.clients: list[Requester | GuideClient | Caller] = []
        self.engines: list[Engine] = []

    def enter(self) -> None:
        """Create the users, and a session for each of their clients and engines.

        The requesters and the engines of a user connect to different servers.
        """
        accounts = [Account(self.cluster.webs[0], f"user{number}") for number in range(USERS)]
        for number in range(ASKERS):
            self.clients.append(
                Requester(f"asker{number}", *self._place(accounts[number % USERS], number % USERS))
            )
        for number in range(GUIDES):
            self.clients.append(
                GuideClient(f"guide{number}", *self._place(accounts[number % USERS], number))
            )
        for number in range(CALLERS):
            self.clients.append(self._caller(f"caller{number}", accounts[number % USERS]))
        for number in range(ENGINES):
            self.engines.append(Engine(*self._place(accounts[number % USERS], number % USERS + 1)))

    async def blow(self, seconds: float) -> None:
        """Send requests and kill services for `seconds`, then wait for the remaining outcomes.

        An exception in a client fails the test.
        """
        until = time.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            living = [
                group.create_task(participant.live())
                for participant in [*self.clients, *self.engines]
            ]
            with suppress(TimeoutError):
                await self._ask_and_wreck(until)
            for task in living:
                task.cancel()

    async def _ask_and_wreck(self, until: float) -> None:
        """Run the requests and the kills until `until`, and wait for the remaining outcomes.

        Raise TimeoutError if a client has no outcome CALM_SECONDS after the last service has
        restarted.
        """
        async with asyncio.timeout(None) as patience, asyncio.TaskGroup() as group:
            for client in self.clients:
                group.create_task(self._request_more(client, until))
            await self._wreck(until)
            patience.reschedule(asyncio.get_running_loop().time() + CALM_SECONDS)

    async def _request_more(self, client: Requester | GuideClient | Caller, until: float) -> None:
        while time.monotonic() < until:
            await client.ask(
                client.chance.randint(1, 4), is_cancelled=client.chance.random() < 0.05
            )
            await asyncio.sleep(client.chance.uniform(0, 2))

    async def _wreck(self, until: float) -> None:
        """Kill the services again and again, in a random order and at random intervals.

        A service may be killed while another one is still down.
        """
        names = list(self.cluster.services)
        self.fate.shuffle(names)
        outages: list[asyncio.Task] = []
        for name in cycle(names):
            if time.monotonic() > until:
                break
            await asyncio.sleep(self.fate.uniform(*GAP_SECONDS))
            if name not in self.cluster.down:
                outages.append(asyncio.create_task(self._outage(name)))
        await asyncio.gather(*outages)

    async def _outage(self, name: str) -> None:
        self.counts["died by itself"] += len(self.cluster.died())
        await asyncio.to_thread(self.cluster.kill, name)
        await asyncio.sleep(self.fate.uniform(*DOWN_SECONDS))
        await asyncio.to_thread(self.cluster.restart, name)

    def _caller(self, name: str, account: Account) -> Caller:
        session = account.new_session(self.cluster.webs[0])["sessionId"]
        token = account.http.headers["Authorization"]
        return Caller(
            name, self.cluster.webs, token, session, Random(self.chance.random()), self.counts
        )

    def _place(self, account: Account, side: int) -> tuple:
        """Create a session for this account and return the arguments for a `Wire` to it."""
        server = self.cluster.webs[side % 2]
        address = at(server, account.new_session(self.cluster.webs[0])["wsUrl"])
        return address, Random(self.chance.random()), self.counts, self.chance.randrange(TWICE) == 0

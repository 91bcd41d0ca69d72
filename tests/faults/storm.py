"""The storm: clients ask through engines while what serves them is killed at random moments."""

import asyncio
import time
from collections import Counter
from itertools import cycle
from random import Random

from tests.faults.askers import Asker
from tests.faults.cluster import Cluster
from tests.faults.doors import Account, at
from tests.faults.engines import Engine
from tests.faults.wire import Wire

USERS = 4
ASKERS = 40
ENGINES = 8
TWICE = 3  # every third client sends each frame twice
GAP_SECONDS = (0.5, 3.5)
DOWN_SECONDS = (0.0, 2.0)
CALM_SECONDS = 60.0


class Storm:
    """`askers` and `engines` tell what they saw; `counts` and `cluster.kills` what happened. Who is killed when, and what each
    client is up to, comes from the seed; what meets what is up to the processes."""

    def __init__(self, cluster: Cluster, seed: int) -> None:
        self.cluster = cluster
        self.chance, self.fate = Random(seed), Random(seed)
        self.counts: Counter[str] = Counter()
        self.askers: list[Asker] = []
        self.engines: list[Engine] = []

    def enter(self) -> None:
        """Users, each with a session for every client and engine; who asks and who computes are on different servers."""
        accounts = [Account(self.cluster.webs[0], f"user{number}") for number in range(USERS)]
        for number in range(ASKERS):
            self.askers.append(Asker(f"asker{number}", *self._place(accounts[number % USERS], number % USERS)))
        for number in range(ENGINES):
            self.engines.append(Engine(*self._place(accounts[number % USERS], number % USERS + 1)))

    async def blow(self, seconds: float) -> None:
        """Ask, and kill, for so long; then let everything come to its end."""
        wires: list[Wire] = [*self.askers, *self.engines]
        living = [asyncio.create_task(wire.live()) for wire in wires]
        until = time.monotonic() + seconds
        asking = [asyncio.create_task(self._ask_on(asker, until)) for asker in self.askers]
        try:
            await self._wreck(until)
            await self._finish(asking, living)
        finally:
            for task in [*asking, *living]:
                task.cancel()

    async def _finish(self, asking: list[asyncio.Task], living: list[asyncio.Task]) -> None:
        """Everybody has an answer, or it is too late; a client that broke breaks the test."""
        all_answered = asyncio.gather(*asking)
        await asyncio.wait([all_answered, *living], timeout=CALM_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for task in [all_answered, *living]:
            if task.done():
                task.result()
        all_answered.cancel()

    async def _ask_on(self, asker: Asker, until: float) -> None:
        while time.monotonic() < until:
            await asker.ask(asker.chance.randint(1, 4), is_cancelled=asker.chance.random() < 0.05)
            await asyncio.sleep(asker.chance.uniform(0, 2))

    async def _wreck(self, until: float) -> None:
        """One after the other, each sooner or later, in an order of chance; some while another is still down."""
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

    def _place(self, account: Account, side: int) -> tuple:
        """Where a new session of this account connects, and how."""
        server = self.cluster.webs[side % 2]
        address = at(server, account.new_session(self.cluster.webs[0])["wsUrl"])
        return address, Random(self.chance.random()), self.counts, self.chance.randrange(TWICE) == 0

"""Graceful shutdown of daphne on SIGTERM and SIGINT.

Daphne closes its sockets so that clients reconnect to other processes, and finishes its requests
before it exits.
"""

import asyncio
import logging
import signal
from typing import Any

from daphne.cli import CommandLineInterface
from daphne.server import Server
from django.conf import settings
from twisted.internet import reactor

from sessions_app import socket_registry

log = logging.getLogger(__name__)
POLL_SECONDS = 0.05


class DrainingServer(Server):
    """Daphne's server with a graceful shutdown.

    The shutdown has these steps:

    1. `/readyz` responds with 503, and new sockets are rejected.
    2. After SHUTDOWN_DELAY, the open sockets are closed with 1012, spread over up to half of
       SHUTDOWN_TIMEOUT.
    3. The server stops listening.
    4. The remaining requests may finish.

    The server stops after SHUTDOWN_TIMEOUT at the latest, or immediately on a second signal.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ports: list[Any] = []
        self._drain: asyncio.Task[None] | None = None

    def run(self) -> None:
        reactor.callWhenRunning(self._install_signal_handlers)
        super().run()

    def listen_success(self, port: Any) -> None:
        self._ports.append(port)
        super().listen_success(port)

    def _install_signal_handlers(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: reactor.callFromThread(self._stop_requested))

    def _stop_requested(self) -> None:
        if self._drain is not None:
            log.warning("Asked to stop a second time: stopping at once.")
            self.stop()
            return
        socket_registry.start_draining()
        self._drain = asyncio.ensure_future(self._drained())

    async def _drained(self) -> None:
        log.info(
            "Asked to stop: %d sockets are sent away",
            sum(socket_registry.count_by_dialect().values()),
        )
        try:
            async with asyncio.timeout(settings.SHUTDOWN_TIMEOUT):
                await self._finish()
            log.info("Everything was finished: stopping.")
        except TimeoutError:
            log.warning("Not everything was finished within MINDFLIP_SHUTDOWN_TIMEOUT: stopping.")
        finally:
            self.stop()

    async def _finish(self) -> None:
        await asyncio.sleep(settings.SHUTDOWN_DELAY)
        await socket_registry.close_all(within=settings.SHUTDOWN_TIMEOUT / 2)
        for port in self._ports:
            port.stopListening()
        while any(map(_is_busy, self.connections.values())):
            await asyncio.sleep(POLL_SECONDS)


def _is_busy(connection: dict[str, Any]) -> bool:
    application = connection.get("application_instance")
    return "disconnected" not in connection or (application is not None and not application.done())


class DrainingInterface(CommandLineInterface):
    """Daphne's command line with this server."""

    server_class = DrainingServer

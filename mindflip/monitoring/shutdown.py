"""The orderly end of a daphne: on SIGTERM it finishes what it is at, sends its clients elsewhere,
and only then ends.
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
    """Daphne's, with an end in this order: `/readyz` says so and no socket is let in; after
    SHUTDOWN_DELAY the open sockets are closed with 1012, spread over half of the time;
    nothing more is listened to; what still runs may end. All of that within SHUTDOWN_TIMEOUT; a
    second signal ends it at once.
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
    """Daphne's command line, for this server."""

    server_class = DrainingServer

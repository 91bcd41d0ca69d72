"""Every thread serves its next message after the database has dropped all connections."""

from pathlib import Path

import psycopg

from tests.helpers.processes import running_server
from tests.resilience.accounts import Account, Talker, talking

ROUNDS = 12
THREADS = 8  # more than the threads that serve sockets


def drop_all(database_url: str) -> None:
    """Terminate all other connections to this database."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
            " current_database() AND pid <> pg_backend_pid()"
        )


async def ask(talker: Talker, number: int) -> None:
    await talker.send(
        type="generate", prompt=f"About {number}", options={"count": 1}, requestId=f"r{number}"
    )


async def test_what_was_dropped_in_the_middle_of_a_message_is_replaced(tmp_path: Path):
    with running_server(tmp_path) as server:
        address = Account(server.url, "alice").new_session(server.url)["wsUrl"]
        async with talking(address) as socket:
            for number in range(ROUNDS):
                await ask(socket, number)
                drop_all(server.database_url)
            for _ in range(THREADS):  # each thread may still notice the last drop once
                await ask(socket, 0)
            await socket.send(type="ping")
            await socket.until("pong")
            for _ in range(THREADS):
                await socket.send(type="generate", prompt="Again", requestId="again")
                assert (await socket.until("progress"))["requestId"] == "again"
            await socket.send(type="cancel", requestId="again")
            assert (await socket.until("error"))["code"] == "cancelled"

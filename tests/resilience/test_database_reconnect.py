"""Each server thread reconnects to the database after it has dropped all connections."""

from pathlib import Path

import psycopg

from tests.helpers.processes import running_server
from tests.resilience.clients import Account, SocketClient, open_v1_socket

ROUNDS = 12
THREADS = 8  # more than the threads that serve sockets


def drop_connections(database_url: str) -> None:
    """Terminate all other connections to this database."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
            " current_database() AND pid <> pg_backend_pid()"
        )


async def request_cards(client: SocketClient, number: int) -> None:
    await client.send(
        type="generate", prompt=f"About {number}", options={"count": 1}, requestId=f"r{number}"
    )


async def test_socket_messages_are_served_after_database_drops_connections(tmp_path: Path):
    with running_server(tmp_path) as server:
        address = Account(server.url, "alice").create_session(server.url)["wsUrl"]
        async with open_v1_socket(address) as socket:
            for number in range(ROUNDS):
                await request_cards(socket, number)
                drop_connections(server.database_url)
            for _ in range(THREADS):  # each thread may still have a dropped connection
                await request_cards(socket, 0)
            await socket.send(type="ping")
            await socket.receive_type("pong")
            for _ in range(THREADS):
                await socket.send(type="generate", prompt="Again", requestId="again")
                assert (await socket.receive_type("progress"))["requestId"] == "again"
            await socket.send(type="cancel", requestId="again")
            assert (await socket.receive_type("error"))["code"] == "cancelled"

"""Error pages under load, on a real server with few database connections."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.helpers.processes import running_server
from tests.helpers.timeouts import TIMEOUT_SECONDS

UNKNOWN_SESSION = {"cookie": "sessionid=tidetidetidetidetidetidetidetide"}


def test_not_found_pages_hold_no_database_connection(tmp_path: Path) -> None:
    """Send a session cookie with each request, so that the page looks up the signed-in user."""
    with running_server(tmp_path, MINDFLIP_DATABASE_POOL="4") as server:
        with ThreadPoolExecutor(8) as pool:
            statuses = list(
                pool.map(
                    lambda _: (
                        httpx.get(
                            f"{server.url}/nowhere",
                            headers=UNKNOWN_SESSION,
                            timeout=TIMEOUT_SECONDS,
                        ).status_code
                    ),
                    range(32),
                )
            )
        assert statuses == [404] * 32
        credentials = {"username": "nobody", "password": "wrong"}
        assert (
            httpx.post(
                f"{server.url}/api/auth/token", json=credentials, timeout=TIMEOUT_SECONDS
            ).status_code
            == 401
        )

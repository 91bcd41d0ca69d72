"""The upgraded state that the tests read."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg

from tests.helpers.processes import RunningServer
from tests.helpers.users import PASSWORD
from tests.upgrade.profile import HOST


@dataclass
class UpgradedState:
    """This version with the recorded state, in which all times are moved to the present.

    `task_ids` are the IDs of the queued tasks. `readiness` is the response of /readyz after they
    ran.
    """

    server: RunningServer
    texts: dict[str, str]
    task_ids: list[str]
    readiness: httpx.Response | None = None

    @cached_property
    def known(self) -> dict[str, Any]:
        """The values that the recorder stored about the state."""
        return json.loads(self.texts["known.json"])

    @cached_property
    def profile(self) -> dict[str, Any]:
        text = self.texts["browser.json"]
        return json.loads(text.replace(HOST, urlsplit(self.server.url).netloc))

    def rows(self, statement: str, *values: Any) -> list[Any]:
        """Run SQL that refers to tables, whose names do not change when a model is renamed."""
        with psycopg.connect(self.server.database_url) as connection:
            return connection.execute(statement, values).fetchall()  # type: ignore[call-overload]

    def value(self, statement: str, *values: Any) -> Any:
        ((value,),) = self.rows(statement, *values)
        return value

    def sign_in(self, name: str) -> httpx.Client:
        """Return a client with a new token for the user, obtained with the recorded password."""
        body = {"username": name, "password": PASSWORD}
        response = self.server.post("/api/auth/token", json=body).raise_for_status()
        return self.client_with_token(response.json()["access"])

    def client_with_token(self, token: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"}
        return self.server.client(headers=headers)

    def client_with_cookie(self, name: str) -> httpx.Client:
        """Return a client with the recorded cookie of a user who signed in on a page."""
        cookies = {cookie["name"]: cookie["value"] for cookie in self.profile["cookies"]}
        value = self.known.get(f"{name}_cookie") or cookies["sessionid"]
        return self.server.client(cookies={"sessionid": value}, follow_redirects=True)

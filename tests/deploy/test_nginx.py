"""docs/deploy/nginx.conf in a real nginx with TLS: responses to visitors, and failover."""

import json
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.deploy.proxy import NAME, Proxy, running_proxy
from tests.helpers.processes import eventually
from tests.helpers.timeouts import TIMEOUT_SECONDS
from tests.helpers.users import PASSWORD

IS_INSTALLED = shutil.which("nginx") and shutil.which("openssl")
pytestmark = pytest.mark.skipif(not IS_INSTALLED, reason="nginx or openssl is not installed")
WEIGHTS = bytes(range(256)) * 40
REGISTRATIONS = 5
# Headers that differ between requests, or that express the same in another way.
IGNORED_HEADERS = {
    "date",
    "server",
    "connection",
    "etag",
    "content-length",
    "content-encoding",
    "last-modified",
    "accept-ranges",
}
# Headers that only one of the two servers sends: request ID, origins, compression of JSON.
IGNORED_HEADERS |= {"x-request-id", "vary", "transfer-encoding"}
PRIVATE_FILES = [
    "small.json",
    "tiny/mindflip-model.json",
    "tiny/resolve/main/mindflip-model.json",
    ".half",
    "../secret-key",
    "",
]


@pytest.fixture(scope="module")
def started_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("site")
    model = folder / "models/tiny"
    model.mkdir(parents=True)
    for name in ("params_shard_0.bin", "tokenizer.json", "mindflip-model.json"):
        (model / name).write_bytes(WEIGHTS)
    for name in ("small.gguf", "small.json", "tiny.wasm", ".half", "../secret-key"):
        (folder / "models" / name).write_bytes(WEIGHTS)
    with running_proxy(folder, MINDFLIP_REGISTER_RATE=f"{REGISTRATIONS}/hour") as proxy:
        yield proxy


@pytest.fixture
def site(started_site: Proxy) -> Proxy:
    """Return the site with both daphne processes running, even if an earlier test killed one."""
    for daphne in (started_site.first, started_site.second):
        if not daphne.is_running:
            started_site.server.start(daphne)
    return started_site


@pytest.fixture
def client(site: Proxy) -> Iterator[httpx.Client]:
    with site.client() as client:
        yield client


def test_http_request_is_redirected_to_https(site: Proxy) -> None:
    address = f"http://127.0.0.1:{site.http_port}/decks?q=1"
    response = httpx.get(address, headers={"Host": NAME}, timeout=TIMEOUT_SECONDS)
    assert (response.status_code, response.headers["Location"]) == (
        308,
        f"https://{NAME}/decks?q=1",
    )


def test_user_can_sign_in_through_proxy(site: Proxy, client: httpx.Client) -> None:
    client.post(
        "/api/auth/register", json={"username": "alice", "password": PASSWORD}
    ).raise_for_status()
    page = client.get("/sign-in")
    form = {
        "username": "alice",
        "password": PASSWORD,
        "csrfmiddlewaretoken": re.search(r'csrfmiddlewaretoken" value="(\w+)', page.text)[1],
    }
    signed_in = client.post("/sign-in", data=form, headers={"Referer": f"https://{NAME}/sign-in"})
    assert signed_in.status_code == 302, signed_in.text
    assert "Secure" in signed_in.headers["Set-Cookie"]
    assert "max-age" in signed_in.headers["Strict-Transport-Security"]
    decks = client.get("/decks")
    assert (decks.status_code, decks.headers["Content-Encoding"]) == (200, "gzip")


KINDS = {".js", ".mjs", ".css", ".wasm", ".svg", ".png", ".woff", ".woff2"}
MODEL_FILES = ("small.gguf", "small.gguf?v=62b0", "tiny.wasm", "tiny/tokenizer.json")


def addresses(site: Proxy) -> list[str]:
    """Return URLs of collected files of each kind, hashed or not, and all forms of model URLs."""
    static = site.server.folder / "static"
    kinds = {
        (path.suffix, bool(re.search(r"\.[0-9a-f]{12}\.", path.name))): path
        for path in static.rglob("*.*")
        if path.suffix in KINDS
    }
    weights = [
        f"tiny/{prefix}params_shard_0.bin" for prefix in ("", "resolve/main/", "resolve/8c05/")
    ]
    return [
        *(f"/static/{path.relative_to(static)}" for path in kinds.values()),
        *(f"/models/{name}" for name in (*MODEL_FILES, *weights)),
    ]


def compared_headers(response: httpx.Response) -> dict[str, str]:
    """Return the headers that a browser acts on, normalized."""
    headers = {
        name: value.lower().replace('"', "")
        for name, value in response.headers.items()
        if name not in IGNORED_HEADERS
    }
    policy = sorted(part.strip() for part in headers.get("content-security-policy", "").split(";"))
    return headers | {
        "status": str(response.status_code),
        "content-security-policy": "; ".join(policy),
    }


def test_files_have_same_headers_and_content_as_from_daphne(
    site: Proxy, client: httpx.Client
) -> None:
    proxy_headers = {"Host": NAME, "X-Forwarded-Proto": "https"}
    addresses_to_compare = addresses(site)
    assert len(addresses_to_compare) > 15
    differing = {}
    for address in addresses_to_compare:
        proxied, direct = (
            client.get(address),
            httpx.get(site.server.url + address, headers=proxy_headers, timeout=TIMEOUT_SECONDS),
        )
        if (
            compared_headers(proxied) != compared_headers(direct)
            or proxied.content != direct.content
        ):
            differing[address] = sorted(
                set(compared_headers(proxied).items()) ^ set(compared_headers(direct).items())
            )
    assert differing == {}


def test_modules_are_served_from_collected_gzip_files(site: Proxy, client: httpx.Client) -> None:
    bundle = next((site.server.folder / "static/vendor/web-llm").glob("index.*.js"))
    response = client.get(f"/static/vendor/web-llm/{bundle.name}")
    assert (response.headers["Content-Encoding"], response.headers["Vary"]) == (
        "gzip",
        "Accept-Encoding",
    )
    assert (
        int(response.headers["Content-Length"])
        == bundle.with_name(f"{bundle.name}.gz").stat().st_size
    )


def test_range_request_for_model_file_returns_requested_bytes(client: httpx.Client) -> None:
    response = client.get(
        "/models/tiny/resolve/main/params_shard_0.bin", headers={"Range": "bytes=1000-1999"}
    )
    assert (response.status_code, response.content) == (206, WEIGHTS[1000:2000])


@pytest.mark.parametrize("name", PRIVATE_FILES)
def test_private_files_are_not_served(client: httpx.Client, name: str) -> None:
    for folder in ("models", "static"):
        assert client.get(f"/{folder}/{name}").status_code in {400, 403, 404}


def test_metrics_return_404_through_proxy(client: httpx.Client) -> None:
    assert client.get("/metrics").status_code == 404


def test_rate_limit_ignores_forged_client_address_headers(site: Proxy) -> None:
    with site.client("127.0.0.7") as first_client, site.client("127.0.0.8") as second_client:
        forged_headers = [
            {"X-Forwarded-For": f"10.0.0.{number}", "X-Real-IP": f"10.0.0.{number}"}
            for number in range(REGISTRATIONS + 1)
        ]
        statuses = [
            first_client.post("/api/auth/register", json={}, headers=headers).status_code
            for headers in forged_headers
        ]
        assert statuses == [*[400] * REGISTRATIONS, 429]
        assert second_client.post("/api/auth/register", json={}).status_code == 400


def test_oversized_request_is_rejected_with_problem_json(client: httpx.Client) -> None:
    response = client.post(
        "/api/auth/token", content=b"x" * 5_000_000, headers={"Content-Type": "application/json"}
    )
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert response.headers["Content-Type"] == "application/problem+json"


def test_large_import_file_is_passed_to_server(client: httpx.Client) -> None:
    """The upload passes nginx, and the server asks for authentication."""
    response = client.post(
        "/api/flashcards/imports", files={"file": ("cards.csv", b"x" * 5_000_000)}
    )
    assert response.status_code == 401


class SocketUser:
    """A user with a token, and a session whose socket URL stays valid."""

    def __init__(self, site: Proxy, name: str, address: str) -> None:
        self.site, self.client = site, site.client(address)
        account = {"username": name, "password": PASSWORD}
        self.client.post("/api/auth/register", json=account).raise_for_status()
        token = (
            self.client.post("/api/auth/token", json=account).raise_for_status().json()["access"]
        )
        self.client.headers["Authorization"] = f"Bearer {token}"
        self.socket_url = (
            self.client.post("/api/webllm/session", json={"modelId": "m"})
            .raise_for_status()
            .json()["wsUrl"]
        )

    def connect_socket(self) -> ClientConnection:
        connection = socket.create_connection(("127.0.0.1", self.site.port))
        return connect(
            self.socket_url,
            sock=connection,
            ssl=self.site.ssl_context,
            subprotocols=["mindflip.v1"],
            origin=f"https://{NAME}",
            proxy=None,
        )

    def receives_session(self) -> bool:
        with self.connect_socket() as websocket:
            return json.loads(websocket.recv(timeout=TIMEOUT_SECONDS))["type"] == "session"


def test_second_daphne_handles_requests_while_first_restarts(site: Proxy) -> None:
    user = SocketUser(site, "erin", "127.0.0.10")
    with continuous_requests(site) as statuses:
        site.first.kill()
        count = len(statuses)
        eventually(lambda: len(statuses) > count + 10)
        assert user.receives_session()
        site.server.start(site.first)
    assert set(statuses) <= {401, 503}
    # nginx does not repeat the request that the process was handling when it was killed.
    assert statuses.count(503) <= 1


def test_unavailable_servers_return_503_and_tickets_are_not_logged(
    site: Proxy, client: httpx.Client
) -> None:
    user = SocketUser(site, "dora", "127.0.0.9")
    assert user.socket_url.startswith(f"wss://{NAME}/ws/")
    assert user.receives_session()
    for daphne in (site.first, site.second):
        daphne.kill()
    api_response, page = client.get("/api/webllm/session"), client.get("/decks")
    assert (
        api_response.status_code,
        api_response.json()["code"],
        api_response.headers["Retry-After"],
    ) == (
        503,
        "unavailable",
        "5",
    )
    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert "comes by itself" in page.text
    with pytest.raises(InvalidStatus, match="502"):
        user.receives_session()
    assert "/ws/webllm/" in site.log()
    assert user.socket_url.partition("ticket=")[2] not in site.log()


@contextmanager
def continuous_requests(site: Proxy) -> Iterator[list[int]]:
    """Send requests one after the other in the background, and yield their status codes."""
    statuses: list[int] = []
    is_done = threading.Event()

    def send_requests() -> None:
        with site.client() as client:
            while not is_done.is_set():
                statuses.append(
                    client.post("/api/webllm/session", json={"modelId": "m"}).status_code
                )

    thread = threading.Thread(target=send_requests)
    thread.start()
    try:
        yield statuses
    finally:
        is_done.set()
        thread.join()

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

from tests.deploy.proxy import NAME, Front, front
from tests.helpers.processes import eventually
from tests.helpers.users import PASSWORD

IS_HERE = shutil.which("nginx") and shutil.which("openssl")
pytestmark = pytest.mark.skipif(not IS_HERE, reason="nginx or openssl is not installed here")
WEIGHTS = bytes(range(256)) * 40
REGISTRATIONS = 5
# Headers that differ between requests, or that express the same in another way.
ASIDE = {
    "date",
    "server",
    "connection",
    "etag",
    "content-length",
    "content-encoding",
    "last-modified",
    "accept-ranges",
}
# Headers that only one of the two sends: the request's ID, the origins, compression of JSON.
ASIDE |= {"x-request-id", "vary", "transfer-encoding"}
SECRETS = [
    "small.json",
    "tiny/mindflip-model.json",
    "tiny/resolve/main/mindflip-model.json",
    ".half",
    "../secret-key",
    "",
]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("site")
    model = folder / "models/tiny"
    model.mkdir(parents=True)
    for name in ("params_shard_0.bin", "tokenizer.json", "mindflip-model.json"):
        (model / name).write_bytes(WEIGHTS)
    for name in ("small.gguf", "small.json", "tiny.wasm", ".half", "../secret-key"):
        (folder / "models" / name).write_bytes(WEIGHTS)
    with front(folder, MINDFLIP_REGISTER_RATE=f"{REGISTRATIONS}/hour") as running:
        yield running


@pytest.fixture
def site(started: Front) -> Front:
    """Return the site with both daphne processes running, even if an earlier test killed one."""
    for daphne in (started.first, started.other):
        if not daphne.is_running:
            started.server.start(daphne)
    return started


@pytest.fixture
def visitor(site: Front) -> Iterator[httpx.Client]:
    with site.visitor() as client:
        yield client


def test_plain_http_is_sent_to_tls(site: Front) -> None:
    answer = httpx.get(f"http://127.0.0.1:{site.plain_port}/decks?q=1", headers={"Host": NAME})
    assert (answer.status_code, answer.headers["Location"]) == (308, f"https://{NAME}/decks?q=1")


def test_a_person_signs_in_over_it(site: Front, visitor: httpx.Client) -> None:
    visitor.post(
        "/api/auth/register", json={"username": "alice", "password": PASSWORD}
    ).raise_for_status()
    page = visitor.get("/sign-in")
    form = {
        "username": "alice",
        "password": PASSWORD,
        "csrfmiddlewaretoken": re.search(r'csrfmiddlewaretoken" value="(\w+)', page.text)[1],
    }
    signed_in = visitor.post("/sign-in", data=form, headers={"Referer": f"https://{NAME}/sign-in"})
    assert signed_in.status_code == 302, signed_in.text
    assert "Secure" in signed_in.headers["Set-Cookie"]
    assert "max-age" in signed_in.headers["Strict-Transport-Security"]
    decks = visitor.get("/decks")
    assert (decks.status_code, decks.headers["Content-Encoding"]) == (200, "gzip")


KINDS = {".js", ".mjs", ".css", ".wasm", ".svg", ".png", ".woff", ".woff2"}
MODEL_FILES = ("small.gguf", "small.gguf?v=62b0", "tiny.wasm", "tiny/tokenizer.json")


def addresses(site: Front) -> list[str]:
    """Return URLs of collected files of each kind, hashed or not, and all forms of model URLs."""
    static = site.server.folder / "static"
    kinds = {
        (path.suffix, bool(re.search(r"\.[0-9a-f]{12}\.", path.name))): path
        for path in static.rglob("*.*")
        if path.suffix in KINDS
    }
    weights = [f"tiny/{way}params_shard_0.bin" for way in ("", "resolve/main/", "resolve/8c05/")]
    return [
        *(f"/static/{path.relative_to(static)}" for path in kinds.values()),
        *(f"/models/{name}" for name in (*MODEL_FILES, *weights)),
    ]


def heard(answer: httpx.Response) -> dict[str, str]:
    """Return the headers that a browser acts on, normalized."""
    headers = {
        name: value.lower().replace('"', "")
        for name, value in answer.headers.items()
        if name not in ASIDE
    }
    policy = sorted(part.strip() for part in headers.get("content-security-policy", "").split(";"))
    return headers | {
        "status": str(answer.status_code),
        "content-security-policy": "; ".join(policy),
    }


def test_files_come_with_the_headers_that_the_server_itself_gives_them(
    site: Front, visitor: httpx.Client
) -> None:
    behind = {"Host": NAME, "X-Forwarded-Proto": "https"}
    requested = addresses(site)
    assert len(requested) > 15
    differing = {}
    for address in requested:
        ours, direct = visitor.get(address), httpx.get(site.server.url + address, headers=behind)
        if heard(ours) != heard(direct) or ours.content != direct.content:
            differing[address] = sorted(set(heard(ours).items()) ^ set(heard(direct).items()))
    assert differing == {}


def test_modules_are_sent_compressed_as_they_were_collected(
    site: Front, visitor: httpx.Client
) -> None:
    bundle = next((site.server.folder / "static/vendor/web-llm").glob("index.*.js"))
    answer = visitor.get(f"/static/vendor/web-llm/{bundle.name}")
    assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == (
        "gzip",
        "Accept-Encoding",
    )
    assert (
        int(answer.headers["Content-Length"])
        == bundle.with_name(f"{bundle.name}.gz").stat().st_size
    )


def test_a_download_of_a_model_goes_on_in_the_middle(visitor: httpx.Client) -> None:
    answer = visitor.get(
        "/models/tiny/resolve/main/params_shard_0.bin", headers={"Range": "bytes=1000-1999"}
    )
    assert (answer.status_code, answer.content) == (206, WEIGHTS[1000:2000])


@pytest.mark.parametrize("name", SECRETS)
def test_what_is_for_the_server_alone_is_nobodys(visitor: httpx.Client, name: str) -> None:
    for folder in ("models", "static"):
        assert visitor.get(f"/{folder}/{name}").status_code in {400, 403, 404}


def test_metrics_are_not_for_the_internet(visitor: httpx.Client) -> None:
    assert visitor.get("/metrics").status_code == 404


def test_limits_count_the_address_that_connected_whatever_it_says_it_is(site: Front) -> None:
    with site.visitor("127.0.0.7") as stranger, site.visitor("127.0.0.8") as another:
        lies = [
            {"X-Forwarded-For": f"10.0.0.{number}", "X-Real-IP": f"10.0.0.{number}"}
            for number in range(REGISTRATIONS + 1)
        ]
        statuses = [
            stranger.post("/api/auth/register", json={}, headers=lie).status_code for lie in lies
        ]
        assert statuses == [*[400] * REGISTRATIONS, 429]
        assert another.post("/api/auth/register", json={}).status_code == 400


def test_what_is_too_large_is_refused_in_words(visitor: httpx.Client) -> None:
    answer = visitor.post(
        "/api/auth/token", content=b"x" * 5_000_000, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_file_with_cards_may_be_larger(visitor: httpx.Client) -> None:
    """The upload passes nginx, and the server asks for authentication."""
    answer = visitor.post(
        "/api/flashcards/imports", files={"file": ("cards.csv", b"x" * 5_000_000)}
    )
    assert answer.status_code == 401


class Student:
    """A user with a token, and a session whose socket URL stays valid."""

    def __init__(self, site: Front, name: str, address: str) -> None:
        self.site, self.client = site, site.visitor(address)
        account = {"username": name, "password": PASSWORD}
        self.client.post("/api/auth/register", json=account).raise_for_status()
        token = (
            self.client.post("/api/auth/token", json=account).raise_for_status().json()["access"]
        )
        self.client.headers["Authorization"] = f"Bearer {token}"
        self.address = (
            self.client.post("/api/webllm/session", json={"modelId": "m"})
            .raise_for_status()
            .json()["wsUrl"]
        )

    def connected(self) -> ClientConnection:
        wire = socket.create_connection(("127.0.0.1", self.site.port))
        return connect(
            self.address,
            sock=wire,
            ssl=self.site.trust,
            subprotocols=["mindflip.v1"],
            origin=f"https://{NAME}",
            proxy=None,
        )

    def is_greeted(self) -> bool:
        with self.connected() as line:
            return json.loads(line.recv(timeout=20))["type"] == "session"


def test_while_one_daphne_restarts_the_other_answers(site: Front) -> None:
    student = Student(site, "erin", "127.0.0.10")
    with asking_all_the_time(site) as statuses:
        site.first.kill()
        count = len(statuses)
        eventually(lambda: len(statuses) > count + 10)
        assert student.is_greeted()
        site.server.start(site.first)
    assert set(statuses) <= {401, 503}
    # nginx does not repeat the request that the process was handling when it was killed.
    assert statuses.count(503) <= 1


def test_when_both_are_away_all_are_told_to_come_back_and_no_log_keeps_a_ticket(
    site: Front, visitor: httpx.Client
) -> None:
    student = Student(site, "dora", "127.0.0.9")
    assert student.address.startswith(f"wss://{NAME}/ws/")
    assert student.is_greeted()
    for daphne in (site.first, site.other):
        daphne.kill()
    called, page = visitor.get("/api/webllm/session"), visitor.get("/decks")
    assert (called.status_code, called.json()["code"], called.headers["Retry-After"]) == (
        503,
        "unavailable",
        "5",
    )
    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert "comes by itself" in page.text
    with pytest.raises(InvalidStatus, match="502"):
        student.is_greeted()
    assert "/ws/webllm/" in site.log()
    assert student.address.partition("ticket=")[2] not in site.log()


@contextmanager
def asking_all_the_time(site: Front) -> Iterator[list[int]]:
    """Send requests one after the other in the background, and yield their status codes."""
    statuses: list[int] = []
    done = threading.Event()

    def ask() -> None:
        with site.visitor() as client:
            while not done.is_set():
                statuses.append(
                    client.post("/api/webllm/session", json={"modelId": "m"}).status_code
                )

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield statuses
    finally:
        done.set()
        asking.join()

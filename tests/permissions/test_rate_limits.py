"""Rate limits count parallel requests exactly, and allow for a class behind one address."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from rest_framework.throttling import SimpleRateThrottle

from sessions_app.services.rate_limits import rate_limit_key
from tests.helpers.processes import RunningServer, running_server
from tests.helpers.timeouts import TIMEOUT_SECONDS
from tests.helpers.users import PASSWORD

PARALLEL, LIMIT = 100, 30
RATES = {
    f"MINDFLIP_{name}_RATE": "60/hour burst 30"
    for name in ("REGISTER", "TOKEN", "SESSION", "ACCOUNT", "EXPORT")
}
TOKEN = "/api/auth/token"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("limited")
    with running_server(
        folder,
        **RATES,
        MINDFLIP_SIGN_IN_RATE="10/hour",
        MINDFLIP_MAX_SESSIONS_PER_USER="1000",
        MINDFLIP_TRUSTED_PROXY_COUNT="1",
    ) as server:
        yield server


def authorization(server: RunningServer, name: str) -> dict[str, str]:
    """Create a user with a management command, and return the headers of their requests."""
    code = (
        "from django.contrib.auth.models import User; from rest_framework_simplejwt.tokens import"
        f" AccessToken;print(AccessToken.for_user(User.objects.create_user('{name}',"
        f" password='{PASSWORD}')))"
    )
    return {"Authorization": f"Bearer {server.manage('shell', '-v0', '-c', code).split()[-1]}"}


def flood(
    server: RunningServer,
    address: str,
    send: Callable[[httpx.Client, int], httpx.Response],
    **options: Any,
) -> list[httpx.Response]:
    """Send PARALLEL requests at the same time, and return the responses.

    The requests look as if a proxy in front of the server had forwarded them from `address`.
    """
    limits, headers = (
        httpx.Limits(max_connections=PARALLEL),
        {"X-Forwarded-For": address} | options.pop("headers", {}),
    )
    client = httpx.Client(
        base_url=server.url, timeout=TIMEOUT_SECONDS, limits=limits, headers=headers, **options
    )
    with client, ThreadPoolExecutor(PARALLEL) as pool:
        return list(pool.map(lambda number: send(client, number), range(PARALLEL)))


def assert_limited(responses: list[httpx.Response], status: int, limit: int = LIMIT) -> None:
    assert Counter(response.status_code for response in responses) == {
        status: limit,
        429: PARALLEL - limit,
    }
    delays = [
        int(response.headers["Retry-After"])
        for response in responses
        if response.status_code == 429
    ]
    assert all(0 < delay <= 3600 for delay in delays)


def test_parallel_registrations_are_accepted_up_to_limit(server: RunningServer) -> None:
    body = {"password": PASSWORD}
    responses = flood(
        server,
        "10.0.0.1",
        lambda client, n: client.post("/api/auth/register", json=body | {"username": f"new{n}"}),
    )
    assert_limited(responses, 201)
    count = (
        "from django.contrib.auth.models import User;"
        " print(User.objects.filter(username__startswith='new').count())"
    )
    assert server.manage("shell", "-v0", "-c", count).split() == [str(LIMIT)]


def test_parallel_token_requests_for_unknown_usernames_are_checked_up_to_limit(
    server: RunningServer,
) -> None:
    body = {"password": "wrong"}
    assert_limited(
        flood(
            server,
            "10.0.0.2",
            lambda client, n: client.post(TOKEN, json=body | {"username": f"nobody{n}"}),
        ),
        401,
    )


def test_parallel_page_sign_ins_for_one_username_are_checked_up_to_limit(
    server: RunningServer,
) -> None:
    """Ten passwords are checked, and the tenth failure locks out the pair of name and address.

    Failures that are recorded at the same time as the tenth also return 429.
    """
    csrf_token = httpx.get(f"{server.url}/sign-in", timeout=TIMEOUT_SECONDS).cookies["csrftoken"]
    form = {"username": "somebody", "password": "wrong", "csrfmiddlewaretoken": csrf_token}
    responses = flood(
        server,
        "10.0.0.3",
        lambda client, _: client.post("/sign-in", data=form),
        cookies={"csrftoken": csrf_token},
    )
    checked = sum(response.status_code == 200 for response in responses)
    assert 1 <= checked <= 9
    assert_limited(responses, 200, checked)
    failures = (
        "from axes.models import AccessAttempt;"
        " print(AccessAttempt.objects.get(username='somebody').failures_since_start)"
    )
    assert server.manage("shell", "-v0", "-c", failures).split() == ["10"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/webllm/session", {"modelId": "m"}, 201),
        (
            "POST",
            "/api/account/password",
            {"password": "wrong", "newPassword": "another long phrase"},
            400,
        ),
        ("GET", "/api/account/export", None, 200),
    ],
)
def test_parallel_requests_of_user_are_processed_up_to_limit(
    server: RunningServer, method: str, path: str, body: Any, status: int
) -> None:
    headers = authorization(server, f"user-{path.split('/')[-1]}")
    assert_limited(
        flood(
            server,
            "10.0.0.4",
            lambda client, _: client.request(method, path, json=body),
            headers=headers,
        ),
        status,
    )


def sign_in(name: str, password: str, address: str = "127.0.0.1") -> int:
    return (
        Client(REMOTE_ADDR=address)
        .post("/sign-in", {"username": name, "password": password})
        .status_code
    )


def test_class_of_thirty_registers_and_signs_in_from_one_address(db: None) -> None:
    names = [f"student{number}" for number in range(40)]
    assert {
        Client().post("/sign-up", {"username": name, "password1": PASSWORD}).status_code
        for name in names
    } == {302}
    assert {sign_in(name, "a typing mistake") for name in names[:30]} == {200}
    assert {sign_in(name, PASSWORD) for name in names[:30]} == {302}


def test_sign_ins_for_one_username_are_limited_by_username_and_address(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "sign-in-name", "2/hour")
    assert [sign_in(name, PASSWORD) for name in ("alice", "Alice", "alice")] == [302, 200, 429]
    assert sign_in("alice", PASSWORD, "198.51.100.1") == 302
    assert sign_in("bob", PASSWORD) == 302


def test_sign_in_rejected_by_username_limit_does_not_count_for_address(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "sign-in-name", "1/hour")
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "sign-in", "2/hour")
    assert [sign_in("alice", PASSWORD) for _ in range(4)] == [302, 429, 429, 429]
    assert [sign_in(name, PASSWORD) for name in ("bob", "charlie")] == [302, 429]


def test_request_beyond_burst_is_rejected_with_delay_of_one_refill(
    alice: User, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "session", "60/hour burst 3")
    started = time.monotonic()
    responses = [api(alice).post("/api/webllm/session", {"modelId": "m"}) for _ in range(4)]
    elapsed = time.monotonic() - started
    assert [response.status_code for response in responses] == [201, 201, 201, 429]
    assert '"session";q=3;w=180' in responses[0]["RateLimit-Policy"]
    assert 60 - elapsed <= int(responses[3]["Retry-After"]) <= 60


def test_each_refill_after_burst_allows_one_request(
    alice: User, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "session", "1/hour burst 2")

    def request() -> int:
        return api(alice).post("/api/webllm/session", {"modelId": "m"}).status_code

    def pass_seconds(seconds: int) -> None:
        """Move the stored time of the full burst back, as if time had passed."""
        cache.decr(rate_limit_key("session", alice.pk), seconds * 1_000_000)

    assert [request() for _ in range(3)] == [201, 201, 429]
    pass_seconds(1800)
    assert request() == 429
    pass_seconds(1800)
    assert [request() for _ in range(2)] == [201, 429]
    pass_seconds(86_400)
    assert [request() for _ in range(3)] == [201, 201, 429]


def test_admin_password_changes_are_limited_but_form_is_shown(
    admin_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "account", "2/hour")
    client, form = (
        Client(),
        {"old_password": "wrong", "new_password1": PASSWORD, "new_password2": PASSWORD},
    )
    client.force_login(admin_user)
    responses = [client.post("/admin/password_change/", form) for _ in range(3)]
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert 0 < int(responses[2]["Retry-After"]) <= 1800
    assert client.get("/admin/password_change/").status_code == 200


def test_lockout_works_and_page_rate_limits_are_skipped_without_redis(
    alice: User, without_redis: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "register", "1/hour")
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "sign-in", "1/hour")
    settings.AXES_FAILURE_LIMIT = 3
    assert [
        Client().post("/sign-up", {"username": name, "password1": PASSWORD}).status_code
        for name in ("dora", "erik")
    ] == [302, 302]
    assert [sign_in("alice", "wrong") for _ in range(3)] == [200, 200, 429]
    assert sign_in("alice", PASSWORD) == 429

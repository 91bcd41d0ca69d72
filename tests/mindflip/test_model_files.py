"""Files of the models folder, as browsers request them.

Most requests go to the application directly, and some to a real daphne.
"""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from django.test import Client

from sessions_app.services.model_folder import ENGINES
from tests.helpers.processes import RunningServer, eventually, running_server
from tests.helpers.responses import read_stream
from tests.helpers.timeouts import TIMEOUT_SECONDS

WEIGHTS = bytes(range(256)) * 40
MB = 1_000_000


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """Create a models folder with a WebLLM model and a GGUF, next to a secret file."""
    settings.MINDFLIP_MODELS_DIR = tmp_path / "models"
    model = settings.MINDFLIP_MODELS_DIR / "tiny"
    model.mkdir(parents=True)
    (model / "mlc-chat-config.json").write_text("{}")
    (model / "mindflip-model.json").write_text("{}")
    (model / "params_shard_0.bin").write_bytes(WEIGHTS)
    (model.parent / "tiny.wasm").write_bytes(b"\0asm")
    (model.parent / "small.gguf").write_bytes(b"GGUF")
    (model.parent / "small.json").write_text("{}")
    (model.parent / ".half").write_text("half a download")
    (tmp_path / "secret.txt").write_text("not public")
    return settings.MINDFLIP_MODELS_DIR


@pytest.fixture
def browser() -> Client:
    return Client()


def test_model_file_is_served_completely(browser: Client) -> None:
    response = browser.get("/models/tiny/params_shard_0.bin")
    assert response.status_code == 200
    assert read_stream(response) == WEIGHTS
    assert response["Content-Length"] == str(len(WEIGHTS))
    assert response["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("version", ["main", "4f97a958eaf8"])
def test_resolve_url_of_webllm_returns_same_file(browser: Client, version: str) -> None:
    assert read_stream(browser.get(f"/models/tiny/resolve/{version}/params_shard_0.bin")) == WEIGHTS


@pytest.mark.parametrize(
    ("address", "content_type"),
    [
        ("tiny.wasm", "application/wasm"),
        ("small.gguf", "application/octet-stream"),
        ("tiny/mlc-chat-config.json", "application/json"),
    ],
)
def test_model_file_has_content_type_of_its_format(
    browser: Client, address: str, content_type: str
) -> None:
    assert browser.get(f"/models/{address}")["Content-Type"] == content_type


@pytest.mark.parametrize(
    "address", ["tiny/resolve/4f97a958eaf8/params_shard_0.bin", "small.gguf?v=62b0caed4697"]
)
def test_versioned_url_is_cached_permanently(browser: Client, address: str) -> None:
    assert (
        browser.get(f"/models/{address}")["Cache-Control"] == "public, max-age=31536000, immutable"
    )


@pytest.mark.parametrize("address", ["tiny/resolve/main/params_shard_0.bin", "small.gguf"])
def test_unversioned_url_is_revalidated_and_returns_304_if_unchanged(
    browser: Client, address: str
) -> None:
    first = browser.get(f"/models/{address}")
    assert first["Cache-Control"] == "public, no-cache"
    second = browser.get(f"/models/{address}", headers={"If-None-Match": first["ETag"]})
    assert (second.status_code, read_stream(second)) == (304, b"")


def test_changed_file_is_sent_to_client_with_old_etag(browser: Client, folder: Path) -> None:
    first = browser.get("/models/small.gguf")
    (folder / "small.gguf").write_bytes(b"GGUF and more")
    assert (
        read_stream(browser.get("/models/small.gguf", headers={"If-None-Match": first["ETag"]}))
        == b"GGUF and more"
    )


def test_new_file_is_served_without_restart(browser: Client, folder: Path) -> None:
    assert browser.get("/models/new.gguf").status_code == 404
    (folder / "new.gguf").write_bytes(b"GGUF")
    assert read_stream(browser.get("/models/new.gguf")) == b"GGUF"


@pytest.mark.parametrize(
    ("requested", "start", "end"),
    [("0-9", 0, 10), ("100-", 100, None), ("-7", -7, None), ("10000-99999", 10000, None)],
)
def test_range_request_returns_requested_bytes(
    browser: Client, requested: str, start: int, end: int | None
) -> None:
    response = browser.get(
        "/models/tiny/params_shard_0.bin", headers={"Range": f"bytes={requested}"}
    )
    assert response.status_code == 206
    assert read_stream(response) == WEIGHTS[start:end]
    assert response["Content-Range"].endswith(f"/{len(WEIGHTS)}")


def test_range_beyond_end_of_file_is_rejected_with_file_size(browser: Client) -> None:
    response = browser.get("/models/tiny/params_shard_0.bin", headers={"Range": "bytes=99999-"})
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{len(WEIGHTS)}")


def test_range_request_for_changed_file_returns_whole_file(browser: Client) -> None:
    response = browser.get(
        "/models/tiny/params_shard_0.bin",
        headers={"Range": "bytes=100-", "If-Range": '"of-yesterday"'},
    )
    assert (response.status_code, read_stream(response)) == (200, WEIGHTS)


def test_head_request_returns_size_without_body(browser: Client) -> None:
    response = browser.head("/models/small.gguf")
    assert (response.status_code, response["Content-Length"], read_stream(response)) == (
        200,
        "4",
        b"",
    )
    assert response["Accept-Ranges"] == "bytes"


def test_post_to_model_file_is_rejected_with_405(browser: Client) -> None:
    assert browser.post("/models/small.gguf", data={"a": "b"}).status_code == 405


@pytest.mark.parametrize(
    "address",
    [
        "",
        "tiny",
        "tiny/",
        ".half",
        "small.json",
        "tiny/mindflip-model.json",
        "tiny/resolve/main/mindflip-model.json",
        "../secret.txt",
        "%2e%2e/secret.txt",
        "..%5csecret.txt",
        "tiny/resolve/main/../../../secret.txt",
        "/etc/passwd",
    ],
)
def test_path_other_than_model_file_returns_404(browser: Client, address: str) -> None:
    assert browser.get(f"/models/{address}").status_code == 404


def test_model_url_with_nul_character_is_rejected(browser: Client) -> None:
    assert browser.get("/models/small.gguf%00").status_code == 400


def test_symlink_out_of_models_folder_is_not_followed(browser: Client, folder: Path) -> None:
    (folder / "secret.gguf").symlink_to(folder.parent / "secret.txt")
    assert browser.get("/models/secret.gguf").status_code == 404


@pytest.mark.parametrize("address", ["/", "/models/tiny.wasm", "/static/js/engine/worker.js"])
def test_pages_workers_and_models_have_cross_origin_isolation_headers(
    browser: Client, address: str
) -> None:
    response = browser.get(address)
    assert response.status_code == 200
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


def test_worker_has_content_security_policy_without_unsafe_eval(browser: Client) -> None:
    policy = browser.get("/static/js/engine/worker.js")["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval' blob:" in policy
    assert "unsafe-eval'" not in policy.replace("wasm-unsafe-eval", "")


def test_hashed_modules_import_each_other_by_hashed_names(browser: Client) -> None:
    from django.contrib.staticfiles.storage import staticfiles_storage

    for importer, modules in {"worker": ("engines", "errors"), "engines": ENGINES}.items():
        response = browser.get(staticfiles_storage.url(f"js/engine/{importer}.js"))
        assert "immutable" in response["Cache-Control"]
        source = read_stream(response).decode()
        for module in modules:
            assert staticfiles_storage.url(f"js/engine/{module}.js").rsplit("/", 1)[1] in source


@pytest.fixture
def big_model_server(tmp_path: Path) -> Iterator[RunningServer]:
    models = tmp_path / "big"
    models.mkdir()
    with (models / "big.gguf").open("wb") as file:
        file.truncate(269 * MB)
    var = tmp_path / "var"
    var.mkdir()
    with running_server(var, MINDFLIP_MODELS_DIR=str(models)) as server:
        yield server


def test_daphne_memory_stays_low_with_large_file_and_slow_readers(
    big_model_server: RunningServer,
) -> None:
    daphne = psutil.Process(pid_listening_on(big_model_server.port))
    httpx.get(big_model_server.url, timeout=TIMEOUT_SECONDS)
    before = daphne.memory_info().rss
    readers = [slow_reader(big_model_server.port) for _ in range(4)]
    eventually(lambda: all(has_received_data(reader) for reader in readers))
    url = f"{big_model_server.url}/models/big.gguf"
    with httpx.stream("GET", url, timeout=TIMEOUT_SECONDS) as fast:
        assert sum(len(chunk) for chunk in fast.iter_raw()) == 269 * MB
    assert daphne.memory_info().rss - before < 40 * MB
    for reader in readers:
        reader.close()
    eventually(lambda: not any(file.path.endswith("big.gguf") for file in daphne.open_files()))


def pid_listening_on(port: int) -> int:
    return next(
        c.pid
        for c in psutil.net_connections("tcp")
        if c.pid and c.status == psutil.CONN_LISTEN and c.laddr.port == port
    )


def slow_reader(port: int) -> socket.socket:
    """Request the model without reading the response."""
    reader = socket.create_connection(("127.0.0.1", port))
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.sendall(b"GET /models/big.gguf HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return reader


def has_received_data(reader: socket.socket) -> bool:
    return reader.recv(1024, socket.MSG_PEEK) != b""

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

from tests.helpers.processes import RunningServer, eventually, running_server
from tests.helpers.responses import read_stream

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
    (tmp_path / "secret.txt").write_text("nobody's to read")
    return settings.MINDFLIP_MODELS_DIR


@pytest.fixture
def browser() -> Client:
    return Client()


def test_a_file_is_served_whole(browser: Client) -> None:
    response = browser.get("/models/tiny/params_shard_0.bin")
    assert response.status_code == 200
    assert read_stream(response) == WEIGHTS
    assert response["Content-Length"] == str(len(WEIGHTS))
    assert response["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("version", ["main", "4f97a958eaf8"])
def test_webllms_way_of_asking_leads_to_the_same_file(browser: Client, version: str) -> None:
    assert read_stream(browser.get(f"/models/tiny/resolve/{version}/params_shard_0.bin")) == WEIGHTS


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("tiny.wasm", "application/wasm"),
        ("small.gguf", "application/octet-stream"),
        ("tiny/mlc-chat-config.json", "application/json"),
    ],
)
def test_each_kind_of_file_has_its_type(browser: Client, address: str, kind: str) -> None:
    assert browser.get(f"/models/{address}")["Content-Type"] == kind


@pytest.mark.parametrize(
    "address", ["tiny/resolve/4f97a958eaf8/params_shard_0.bin", "small.gguf?v=62b0caed4697"]
)
def test_an_address_with_a_version_is_kept_for_good(browser: Client, address: str) -> None:
    assert (
        browser.get(f"/models/{address}")["Cache-Control"] == "public, max-age=31536000, immutable"
    )


@pytest.mark.parametrize("address", ["tiny/resolve/main/params_shard_0.bin", "small.gguf"])
def test_an_address_without_one_is_asked_again_and_answered_briefly(
    browser: Client, address: str
) -> None:
    first = browser.get(f"/models/{address}")
    assert first["Cache-Control"] == "public, no-cache"
    again = browser.get(f"/models/{address}", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, read_stream(again)) == (304, b"")


def test_a_changed_file_is_sent_anew(browser: Client, folder: Path) -> None:
    first = browser.get("/models/small.gguf")
    (folder / "small.gguf").write_bytes(b"GGUF and more")
    assert (
        read_stream(browser.get("/models/small.gguf", headers={"If-None-Match": first["ETag"]}))
        == b"GGUF and more"
    )


def test_a_new_file_needs_no_restart(browser: Client, folder: Path) -> None:
    assert browser.get("/models/new.gguf").status_code == 404
    (folder / "new.gguf").write_bytes(b"GGUF")
    assert read_stream(browser.get("/models/new.gguf")) == b"GGUF"


@pytest.mark.parametrize(
    ("requested", "start", "end"),
    [("0-9", 0, 10), ("100-", 100, None), ("-7", -7, None), ("10000-99999", 10000, None)],
)
def test_a_download_goes_on_where_it_broke_off(
    browser: Client, requested: str, start: int, end: int | None
) -> None:
    response = browser.get(
        "/models/tiny/params_shard_0.bin", headers={"Range": f"bytes={requested}"}
    )
    assert response.status_code == 206
    assert read_stream(response) == WEIGHTS[start:end]
    assert response["Content-Range"].endswith(f"/{len(WEIGHTS)}")


def test_a_range_beyond_the_end_is_refused_with_the_length(browser: Client) -> None:
    response = browser.get("/models/tiny/params_shard_0.bin", headers={"Range": "bytes=99999-"})
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{len(WEIGHTS)}")


def test_a_download_of_a_file_that_changed_meanwhile_starts_over(browser: Client) -> None:
    response = browser.get(
        "/models/tiny/params_shard_0.bin",
        headers={"Range": "bytes=100-", "If-Range": '"of-yesterday"'},
    )
    assert (response.status_code, read_stream(response)) == (200, WEIGHTS)


def test_head_tells_the_size_and_sends_nothing(browser: Client) -> None:
    response = browser.head("/models/small.gguf")
    assert (response.status_code, response["Content-Length"], read_stream(response)) == (
        200,
        "4",
        b"",
    )
    assert response["Accept-Ranges"] == "bytes"


def test_nothing_is_written_to_a_model(browser: Client) -> None:
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
def test_what_is_no_file_of_a_model_is_nobodys_to_read(browser: Client, address: str) -> None:
    assert browser.get(f"/models/{address}").status_code == 404


def test_address_of_a_model_with_a_nul_character_is_rejected(browser: Client) -> None:
    assert browser.get("/models/small.gguf%00").status_code == 400


def test_a_link_out_of_the_folder_is_not_followed(browser: Client, folder: Path) -> None:
    (folder / "secret.gguf").symlink_to(folder.parent / "secret.txt")
    assert browser.get("/models/secret.gguf").status_code == 404


@pytest.mark.parametrize("address", ["/", "/models/tiny.wasm", "/static/js/engine/worker.js"])
def test_pages_workers_and_models_may_be_used_under_isolation(
    browser: Client, address: str
) -> None:
    response = browser.get(address)
    assert response.status_code == 200
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_worker_lives_under_the_pages_policy(browser: Client) -> None:
    policy = browser.get("/static/js/engine/worker.js")["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval' blob:" in policy
    assert "unsafe-eval'" not in policy.replace("wasm-unsafe-eval", "")


def test_hashed_modules_import_each_other_by_hashed_names(browser: Client) -> None:
    from django.contrib.staticfiles.storage import staticfiles_storage

    worker = browser.get(staticfiles_storage.url("js/engine/worker.js"))
    assert "immutable" in worker["Cache-Control"]
    source = read_stream(worker).decode()
    for module in ("errors", "webllm", "wllama"):
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


def test_daphnes_memory_grows_neither_with_the_file_nor_with_slow_readers(
    big_model_server: RunningServer,
) -> None:
    daphne = psutil.Process(listener_of(big_model_server.port))
    httpx.get(big_model_server.url)
    before = daphne.memory_info().rss
    readers = [slow_reader(big_model_server.port) for _ in range(4)]
    eventually(lambda: all(has_begun(reader) for reader in readers))
    with httpx.stream("GET", f"{big_model_server.url}/models/big.gguf") as fast:
        assert sum(len(chunk) for chunk in fast.iter_raw()) == 269 * MB
    assert daphne.memory_info().rss - before < 40 * MB
    for reader in readers:
        reader.close()
    eventually(lambda: not any(file.path.endswith("big.gguf") for file in daphne.open_files()))


def listener_of(port: int) -> int:
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


def has_begun(reader: socket.socket) -> bool:
    return reader.recv(1024, socket.MSG_PEEK) != b""

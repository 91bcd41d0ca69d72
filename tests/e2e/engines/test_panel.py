"""The engine panel with real models: tabs that share an engine, downloads, storage and failures."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import CDPSession, Page, Request, expect

from tests.helpers.page_objects import EASY_TOPIC, Visitor

SMOL = "SmolLM2 135M Instruct"
PARTLY_STORED = re.compile(r"(\d+) MB of 98 MB are here already: loading continues from there")


@pytest.fixture
def student(visitor: Visitor) -> Visitor:
    visitor.open_as_new_user()
    wait_for_state(visitor, "idle")
    return visitor


@pytest.fixture
def second_tab(student: Visitor) -> Visitor:
    """Return a visitor in another tab of the same browser."""
    second = Visitor(student.page.context.new_page(), student.server, student.name)
    second.open()
    wait_for_state(second, "idle")
    return second


@pytest.fixture
def small_quota(student: Visitor) -> Iterator[CDPSession]:
    """Limit the browser's storage to 20 MB."""
    session = student.page.context.new_cdp_session(student.page)
    session.send(
        "Storage.overrideQuotaForOrigin", {"origin": student.server.url, "quotaSize": 20_000_000}
    )
    yield session
    session.send("Storage.overrideQuotaForOrigin", {"origin": student.server.url})


DOWNLOAD_STARTED = re.compile(r"Downloading [1-9]")


def wait_for_state(visitor: Visitor, state: str) -> None:
    expect(visitor.model).to_have_attribute("data-state", state)


def press(visitor: Visitor, name: str) -> None:
    visitor.page.get_by_role("button", name=name).click()


def open_stored_models(visitor: Visitor) -> Page:
    """Open the dialog that lists the models stored in the browser, and return it."""
    press(visitor, "Stored models")
    return visitor.page.get_by_role("dialog", name="Stored models")


def start_and_cancel_download(visitor: Visitor) -> None:
    press(visitor, "Load model")
    expect(visitor.model).to_contain_text(DOWNLOAD_STARTED)
    press(visitor, "Cancel")
    wait_for_state(visitor, "idle")


def test_cancelled_download_resumes_where_it_stopped_after_reload(student: Visitor) -> None:
    start_and_cancel_download(student)
    expect(student.model).to_contain_text(PARTLY_STORED)
    student.page.reload()
    expect(student.model).to_contain_text(PARTLY_STORED)
    match = PARTLY_STORED.search(student.model.inner_text())
    ranges: list[str | None] = []
    student.page.on("request", lambda request: ranges.append(_gguf_range(request)))
    press(student, "Go on loading")
    wait_for_state(student, "ready")
    (requested_range,) = [range_header for range_header in ranges if range_header]
    start = int(requested_range.removeprefix("bytes=").removesuffix("-"))
    assert start > 0
    assert match
    assert abs(start / 1e6 - int(match[1])) < 1, (
        "the download did not resume where it was cancelled"
    )
    student.generate(EASY_TOPIC, 1)
    student.wait_for_batch()


def _gguf_range(request: Request) -> str | None:
    return request.headers.get("range") if ".gguf" in request.url else None


def test_tabs_share_one_engine_and_second_tab_can_take_it_over(
    student: Visitor, second_tab: Visitor
) -> None:
    student.load_model()
    wait_for_state(second_tab, "otherTab")
    expect(second_tab.model).to_contain_text(
        f"Another tab has {SMOL} loaded and writes for this one."
    )
    second_tab.generate(EASY_TOPIC, 1)
    second_tab.wait_for_batch()
    assert second_tab.fronts()
    press(second_tab, "Load here instead")
    wait_for_state(second_tab, "ready")
    wait_for_state(student, "otherTab")
    second_tab.page.close()
    wait_for_state(student, "idle")
    student.load_model()


def test_model_is_downloaded_once_if_second_tab_requests_during_load(
    student: Visitor, second_tab: Visitor
) -> None:
    downloads: list[str] = []
    student.page.context.on(
        "request", lambda request: _is_download(request) and downloads.append(request.url)
    )
    press(student, "Load model")
    second_tab.generate("Water", 1)
    second_tab.wait_for_batch()
    assert len(downloads) == 1
    wait_for_state(student, "ready")
    wait_for_state(second_tab, "otherTab")


def _is_download(request: Request) -> bool:
    return request.method == "GET" and ".gguf" in request.url


def test_model_list_shows_speed_storage_and_fit_after_generation(student: Visitor) -> None:
    student.load_model()
    student.generate(EASY_TOPIC, 1)
    student.wait_for_batch()
    press(student, "Change model")
    row = student.page.locator(".model-row", has_text=SMOL)
    expect(row).to_contain_text(re.compile(r"[\d.]+ tokens/s here"))
    expect(row).to_contain_text("Stored")
    expect(row).to_contain_text("Fits this device")


def test_incomplete_model_is_deleted_from_stored_models(student: Visitor) -> None:
    start_and_cancel_download(student)
    dialog = open_stored_models(student)
    expect(dialog).to_contain_text("not complete: loading continues from here")
    dialog.get_by_role("button", name=f"Delete {SMOL}").click()
    expect(dialog).to_contain_text("No model is stored in this browser yet.")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    student.page.keyboard.press("Escape")
    expect(student.page.get_by_role("button", name="Load model")).to_be_visible()


def test_outdated_model_files_are_listed_and_deleted(student: Visitor) -> None:
    student.page.evaluate("""async () => {
            const cache = await caches.open("webllm/model");
            await cache.put("/models/tiny/resolve/older/params_shard_0.bin",
                new Response(new Uint8Array(3_000_000)));
            const root = await navigator.storage.getDirectory();
            const folder = await root.getDirectoryHandle("cache", { create: true });
            const file = await (await folder.getFileHandle("0".repeat(40) + "_older.gguf", {
                create: true })).createWritable();
            await file.write(new Uint8Array(2_000_000));
            await file.close();
        }""")
    dialog = open_stored_models(student)
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    expect(dialog.get_by_role("listitem").first).to_contain_text("3 MB · WebLLM · left over")
    dialog.get_by_role("button", name="Delete what is left over").click()
    expect(dialog).to_contain_text("No model is stored in this browser yet.")
    assert (
        student.page.evaluate(
            "async () => (await (await caches.open('webllm/model')).keys()).length"
        )
        == 0
    )


@pytest.mark.usefixtures("small_quota")
def test_full_storage_is_reported_with_next_step(student: Visitor) -> None:
    press(student, "Load model")
    wait_for_state(student, "failed")
    expect(student.model).to_contain_text("The browser's storage is full")
    expect(student.model).to_contain_text("under Stored models")


def test_offline_download_fails_with_message_and_is_retried_online(student: Visitor) -> None:
    student.page.evaluate("import('mindflip/engine')")
    start_and_cancel_download(student)  # stores the engine's own files in the browser
    expect(student.model).to_contain_text(PARTLY_STORED)
    student.page.context.set_offline(True)
    press(student, "Go on loading")
    wait_for_state(student, "failed")
    expect(student.model).to_contain_text("This device is offline")
    student.page.context.set_offline(False)
    press(student, "Try again")
    wait_for_state(student, "ready")


def test_other_device_choice_is_kept_after_reload_and_can_be_undone(student: Visitor) -> None:
    press(student, "Let another device write")
    wait_for_state(student, "otherDevice")
    student.page.reload()
    wait_for_state(student, "otherDevice")
    student.generate(EASY_TOPIC, 1)
    expect(student.batch).to_contain_text("Another device of yours writes.")
    press(student, "Stop")
    press(student, "Write on this device")
    wait_for_state(student, "idle")

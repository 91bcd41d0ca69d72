"""The engine panel with real models: tabs that share an engine, downloads, storage and failures."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import CDPSession, Page, Request, expect

from tests.helpers.page_objects import LOAD_TIMEOUT_MS, Visitor

SMOL = "SmolLM2 135M Instruct"
HERE_ALREADY = re.compile(r"(\d+) MB of 98 MB are here already: loading continues from there")


@pytest.fixture
def student(visitor: Visitor) -> Visitor:
    visitor.open_as_new_user()
    in_state(visitor, "idle")
    return visitor


@pytest.fixture
def second_tab(student: Visitor) -> Visitor:
    """Return a visitor in another tab of the same browser."""
    other = Visitor(student.page.context.new_page(), student.server, student.name)
    other.open()
    in_state(other, "idle")
    return other


@pytest.fixture
def quota(student: Visitor) -> Iterator[CDPSession]:
    """Limit the browser's storage to 20 MB."""
    session = student.page.context.new_cdp_session(student.page)
    session.send(
        "Storage.overrideQuotaForOrigin", {"origin": student.server.url, "quotaSize": 20_000_000}
    )
    yield session
    session.send("Storage.overrideQuotaForOrigin", {"origin": student.server.url})


SOME_HAS_COME = re.compile(r"Downloading [1-9]")


def in_state(visitor: Visitor, state: str) -> None:
    expect(visitor.model).to_have_attribute("data-state", state, timeout=LOAD_TIMEOUT_MS)


def press(visitor: Visitor, name: str) -> None:
    visitor.page.get_by_role("button", name=name).click()


def stored(visitor: Visitor) -> Page:
    """Open the dialog that lists the models stored in the browser."""
    press(visitor, "Stored models")
    return visitor.page.get_by_role("dialog", name="Stored models")


def begin_and_cancel(visitor: Visitor) -> None:
    press(visitor, "Load model")
    expect(visitor.model).to_contain_text(SOME_HAS_COME, timeout=LOAD_TIMEOUT_MS)
    press(visitor, "Cancel")
    in_state(visitor, "idle")


def test_a_cancelled_download_goes_on_where_it_was(student: Visitor) -> None:
    begin_and_cancel(student)
    expect(student.model).to_contain_text(HERE_ALREADY)
    student.page.reload()
    expect(student.model).to_contain_text(HERE_ALREADY)
    here = HERE_ALREADY.search(student.model.inner_text())
    ranges: list[str | None] = []
    student.page.on("request", lambda request: ranges.append(_range_of_gguf(request)))
    press(student, "Go on loading")
    in_state(student, "ready")
    (requested,) = [requested_range for requested_range in ranges if requested_range]
    start = int(requested.removeprefix("bytes=").removesuffix("-"))
    assert start > 0
    assert here
    assert abs(start / 1e6 - int(here[1])) < 1, "it went on after it was cancelled"
    student.generate("Tides", 1)
    student.wait_for_batch()


def _range_of_gguf(request: Request) -> str | None:
    return request.headers.get("range") if ".gguf" in request.url else None


def test_one_tab_has_the_engine_and_writes_for_the_others_until_one_of_them_takes_over(
    student: Visitor, second_tab: Visitor
) -> None:
    student.load_model()
    in_state(second_tab, "otherTab")
    expect(second_tab.model).to_contain_text(
        f"Another tab has {SMOL} loaded and writes for this one."
    )
    second_tab.generate("Tides", 1)
    second_tab.wait_for_batch()
    assert second_tab.fronts()
    press(second_tab, "Load here instead")
    in_state(second_tab, "ready")
    in_state(student, "otherTab")
    second_tab.page.close()
    in_state(student, "idle")
    student.load_model()


def test_a_tab_that_asks_while_another_loads_does_not_load_as_well(
    student: Visitor, second_tab: Visitor
) -> None:
    downloads: list[str] = []
    student.page.context.on(
        "request", lambda request: _is_download(request) and downloads.append(request.url)
    )
    press(student, "Load model")
    second_tab.generate("Winds", 1)
    second_tab.wait_for_batch()
    assert len(downloads) == 1
    in_state(student, "ready")
    in_state(second_tab, "otherTab")


def _is_download(request: Request) -> bool:
    return request.method == "GET" and ".gguf" in request.url


def test_how_fast_a_model_wrote_here_stands_in_the_list(student: Visitor) -> None:
    student.load_model()
    student.generate("Deserts", 1)
    student.wait_for_batch()
    press(student, "Change model")
    row = student.page.locator(".model-row", has_text=SMOL)
    expect(row).to_contain_text(re.compile(r"[\d.]+ tokens/s here"))
    expect(row).to_contain_text("Stored")
    expect(row).to_contain_text("Fits this device")


def test_a_stored_model_can_be_deleted_and_is_downloaded_again(student: Visitor) -> None:
    begin_and_cancel(student)
    dialog = stored(student)
    expect(dialog).to_contain_text("not complete: loading continues from here")
    dialog.get_by_role("button", name=f"Delete {SMOL}").click()
    expect(dialog).to_contain_text("No model is stored in this browser yet.")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    student.page.keyboard.press("Escape")
    expect(student.page.get_by_role("button", name="Load model")).to_be_visible()


def test_replaced_models_under_an_old_address_are_found_and_deleted(student: Visitor) -> None:
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
    dialog = stored(student)
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


@pytest.mark.usefixtures("quota")
def test_full_storage_is_said_with_the_next_step(student: Visitor) -> None:
    press(student, "Load model")
    in_state(student, "failed")
    expect(student.model).to_contain_text("The browser's storage is full")
    expect(student.model).to_contain_text("under Stored models")


def test_offline_is_said_with_the_next_step(student: Visitor) -> None:
    student.page.evaluate("import('mindflip/engine')")
    begin_and_cancel(student)  # stores the engine's own files in the browser
    expect(student.model).to_contain_text(HERE_ALREADY)
    student.page.context.set_offline(True)
    press(student, "Go on loading")
    in_state(student, "failed")
    expect(student.model).to_contain_text("This device is offline")
    student.page.context.set_offline(False)
    press(student, "Try again")
    in_state(student, "ready")


def test_another_device_may_write_though_this_one_could(student: Visitor) -> None:
    press(student, "Let another device write")
    in_state(student, "otherDevice")
    student.page.reload()
    in_state(student, "otherDevice")
    student.generate("Dunes", 1)
    expect(student.batch).to_contain_text("Another device of yours writes.")
    press(student, "Stop")
    press(student, "Write on this device")
    in_state(student, "idle")

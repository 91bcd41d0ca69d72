"""The API documentation: Swagger UI under the Content Security Policy (see `checked_page`)."""

import pytest
from playwright.sync_api import expect

from tests.helpers.page_objects import Visitor


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_api_docs_execute_request_and_follow_color_scheme(visitor: Visitor, theme: str) -> None:
    page = visitor.page
    page.emulate_media(color_scheme=theme)
    visitor.open("/api/docs")
    expect(page.locator("#operations-Sessions-createSession")).to_be_visible()
    page.locator("#operations-Models-listModels button.opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(
        page.locator(
            "#operations-Models-listModels .live-responses-table .response .response-col_status"
        ).first
    ).to_contain_text("200")
    assert page.evaluate("document.documentElement.classList.contains('dark-mode')") is (
        theme == "dark"
    )

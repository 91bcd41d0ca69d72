"""Accounts in a real browser: signing up, signing in and out, passwords, export and deletion."""

import re
import zipfile

from playwright.sync_api import Page, expect

from tests.helpers.page_objects import Visitor
from tests.helpers.users import PASSWORD


def test_sign_up_opens_make_page_with_navigation(visitor: Visitor) -> None:
    visitor.open()
    visitor.page.get_by_role("link", name="Make an account").click()
    visitor.sign_up()
    expect(visitor.page.get_by_role("navigation", name="Main")).to_be_visible()


def test_example_card_flips_on_button_and_on_click(visitor: Visitor) -> None:
    visitor.open()
    card = visitor.page.locator(".card")
    card.get_by_role("button", name="Show answer").press("Enter")
    expect(card.get_by_text("photosynthesis")).to_be_visible()
    expect(visitor.page.locator("#announcer")).to_contain_text("Answer: Sugar")
    card.locator(".card-back").click()
    expect(card.get_by_text("What do plants make")).to_be_visible()


def test_sign_in_with_wrong_password_shows_error_and_keeps_username(visitor: Visitor) -> None:
    visitor.register()
    visitor.sign_in(password="wrong")
    expect(visitor.page.get_by_role("alert")).to_contain_text("do not belong together")
    expect(visitor.page.get_by_label("Username")).to_have_value(visitor.name)


def test_sign_up_errors_are_shown_at_their_fields(visitor: Visitor) -> None:
    visitor.register()
    visitor.open("/sign-up")
    visitor.page.get_by_label("Username").fill(visitor.name)
    visitor.page.get_by_label("Password", exact=True).fill("12345678")
    visitor.page.get_by_role("button", name="Make account").click()
    name, password = (
        visitor.page.get_by_label("Username"),
        visitor.page.get_by_label("Password", exact=True),
    )
    expect(name).to_have_accessible_description(
        "Letters, digits and @ . + - _ This name is taken. Choose another, or sign in if it is"
        " yours."
    )
    expect(name).to_be_focused()
    expect(password).to_have_attribute("aria-invalid", "true")


def test_password_is_shown_as_text_after_show_password(visitor: Visitor) -> None:
    visitor.open("/sign-up")
    password = visitor.page.get_by_label("Password", exact=True)
    expect(password).to_have_attribute("type", "password")
    visitor.page.get_by_role("button", name="Show password").click()
    expect(password).to_have_attribute("type", "text")


def test_sign_out_clears_session_storage_and_protects_decks(visitor: Visitor) -> None:
    visitor.sign_up()
    visitor.page.get_by_label("Topic", exact=True).fill("My secret")
    visitor.page.get_by_role("button", name="Account").click()
    visitor.page.get_by_role("button", name="Sign out").click()
    expect(visitor.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert visitor.page.evaluate("Object.keys(sessionStorage)") == []
    visitor.open("/decks")
    assert visitor.page.url.endswith("/sign-in?next=/decks")


def test_theme_follows_system_unless_user_chooses_another(visitor: Visitor) -> None:
    page = visitor.page
    page.emulate_media(color_scheme="dark")
    visitor.open()
    assert _is_dark(page)
    page.get_by_role("button", name="Dark theme").click()
    assert not _is_dark(page)
    page.reload()
    assert not _is_dark(page)
    page.get_by_role("button", name="Dark theme").click()
    page.emulate_media(color_scheme="light")
    assert not _is_dark(page), (
        "a choice equal to the system's theme makes the page follow the system again"
    )


def test_password_change_rejects_common_password_and_keeps_user_signed_in(visitor: Visitor) -> None:
    visitor.register()
    visitor.sign_in_with_cookie()
    visitor.open("/account")
    page = visitor.page
    page.get_by_label("Password now").fill(PASSWORD)
    page.get_by_label("New password").fill("12345678")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_label("New password")).to_have_accessible_description(
        re.compile("too common")
    )
    expect(page.get_by_label("New password")).to_be_focused()
    page.get_by_label("New password").fill("another long phrase")
    page.get_by_role("button", name="Change password").click()
    expect(page.locator("#toasts")).to_contain_text("Your password is changed.")
    visitor.open("/decks")
    expect(page.get_by_role("heading", name="Decks", exact=True)).to_be_visible()


def test_account_is_exported_and_then_deleted_with_password(visitor: Visitor) -> None:
    visitor.register()
    visitor.create_deck("Tides", [{"front": "ebb", "back": "flow"}])
    visitor.sign_in_with_cookie()
    visitor.open()
    page = visitor.page
    page.get_by_role("button", name="Account").click()
    page.get_by_role("link", name="Account").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export everything").click()
    names = zipfile.ZipFile(download.value.path()).namelist()
    assert any(name.startswith("decks/Tides ") and name.endswith(".apkg") for name in names)
    page.get_by_role("button", name="Delete account").click()
    dialog = page.get_by_role("dialog", name="Delete your account?")
    dialog.get_by_label("Your password").fill("wrong")
    dialog.get_by_role("button", name="Delete for good").click()
    expect(dialog.get_by_label("Your password")).to_have_accessible_description(
        "This is not your password. Capital letters count."
    )
    dialog.get_by_label("Your password").fill(PASSWORD)
    dialog.get_by_label("Your password").press("Enter")
    expect(page.get_by_role("heading", name="Your account is deleted")).to_be_visible()
    visitor.sign_in()
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")


def _is_dark(page: Page) -> bool:
    channels = page.evaluate(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    )
    return max(channels) < 60

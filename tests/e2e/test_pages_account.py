"""Coming in and going out, in a real browser."""

from playwright.sync_api import Page, expect

from tests.e2e.visitor import Visitor


def test_a_stranger_signs_up_and_is_at_the_maker(visitor: Visitor) -> None:
    visitor.open()
    visitor.page.get_by_role("link", name="Make an account").click()
    visitor.sign_up()
    expect(visitor.page.get_by_role("navigation", name="Main")).to_be_visible()


def test_the_example_card_turns_by_button_and_by_click(visitor: Visitor) -> None:
    visitor.open()
    card = visitor.page.locator(".card")
    card.get_by_role("button", name="Show answer").press("Enter")
    expect(card.get_by_text("photosynthesis")).to_be_visible()
    expect(visitor.page.locator("#announcer")).to_contain_text("Answer: Sugar")
    card.locator(".card-back").click()
    expect(card.get_by_text("What do plants make")).to_be_visible()


def test_a_wrong_password_is_said_in_words_and_the_name_stays(visitor: Visitor) -> None:
    visitor.register()
    visitor.sign_in(password="wrong")
    expect(visitor.page.get_by_role("alert")).to_contain_text("do not belong together")
    expect(visitor.page.get_by_label("Username")).to_have_value(visitor.name)


def test_faults_of_a_sign_up_stand_beside_their_fields(visitor: Visitor) -> None:
    visitor.register()
    visitor.open("/sign-up")
    visitor.page.get_by_label("Username").fill(visitor.name)
    visitor.page.get_by_label("Password", exact=True).fill("12345678")
    visitor.page.get_by_role("button", name="Make account").click()
    name, password = visitor.page.get_by_label("Username"), visitor.page.get_by_label("Password", exact=True)
    expect(name).to_have_accessible_description(
        "Letters, digits and @ . + - _ This name is taken. Choose another, or sign in if it is yours."
    )
    expect(name).to_be_focused()
    expect(password).to_have_attribute("aria-invalid", "true")


def test_the_password_can_be_shown_while_it_is_typed(visitor: Visitor) -> None:
    visitor.open("/sign-up")
    password = visitor.page.get_by_label("Password", exact=True)
    expect(password).to_have_attribute("type", "password")
    visitor.page.get_by_role("button", name="Show password").click()
    expect(password).to_have_attribute("type", "text")


def test_signing_out_ends_the_visit_and_forgets_what_was_typed(visitor: Visitor) -> None:
    visitor.sign_up()
    visitor.page.get_by_label("Topic", exact=True).fill("My secret")
    visitor.page.get_by_role("button", name="Account").click()
    visitor.page.get_by_role("button", name="Sign out").click()
    expect(visitor.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert visitor.page.evaluate("Object.keys(sessionStorage)") == []
    visitor.open("/decks")
    assert visitor.page.url.endswith("/sign-in?next=/decks")


def test_the_theme_follows_the_system_until_one_is_chosen(visitor: Visitor) -> None:
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
    assert not _is_dark(page), "back at the system's theme, the page follows the system again"


def _is_dark(page: Page) -> bool:
    channels = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    return max(channels) < 60

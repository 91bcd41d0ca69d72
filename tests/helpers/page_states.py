"""All pages in their states, for tests of what every page must have.

They are derived from flashcards/pages/urls.py. A page needs an entry in OTHER_STATES only if it has
more than one state, is for users who are not signed in, or has another variable than a deck.
"""

from dataclasses import dataclass

from flashcards.pages.urls import urlpatterns
from tests.helpers.page_objects import Visitor

NOT_PAGES = {"sign-out", "manifest", "service-worker"}
CARDS = [
    {"front": "Which force is **mass** times *acceleration*?", "back": "$F = ma$"},
    {
        "front": "How is a list written?",
        "back": "- `[1, 2]`\n- [as here](https://example.org)\n\n```\nx = [1]\n```",
    },
    {"front": "What is a vacuole?", "back": "A bubble that stores things."},
]


@dataclass(frozen=True)
class PageState:
    """A page in one state.

    `{deck}` in the address is replaced by a deck's ID. `button` is the name of a button that is
    pressed after the page has loaded.
    """

    address: str
    is_signed_in: bool = True
    has_deck: bool = True
    has_draft: bool = False
    button: str = ""


OTHER_STATES: dict[str, list[PageState]] = {
    "home": [
        PageState("/", is_signed_in=False),
        PageState("/"),
        PageState("/", button="Change model"),
        PageState("/", button="Account"),
        PageState("/", has_draft=True),
    ],
    "sign-in": [
        PageState("/sign-in", is_signed_in=False),
        PageState("/sign-in", is_signed_in=False, button="Sign in"),
    ],
    "sign-up": [
        PageState("/sign-up", is_signed_in=False),
        PageState("/sign-up", is_signed_in=False, button="Make account"),
    ],
    "offline": [PageState("/offline", is_signed_in=False)],
    "account": [PageState("/account"), PageState("/account", button="Delete account")],
    "account-deleted": [PageState("/account/deleted", is_signed_in=False)],
    "decks": [PageState("/decks"), PageState("/decks", has_deck=False)],
    "deck": [
        PageState("/decks/{deck}"),
        PageState("/decks/{deck}", button="Edit card 1"),
        PageState("/decks/{deck}", button="Write card 1 again"),
        PageState("/decks/{deck}", button="Show all answers"),
    ],
    "study": [
        PageState("/study"),
        PageState("/study", has_deck=False),
        PageState("/study", button="Show answer"),
    ],
    "progress": [PageState("/progress"), PageState("/progress", has_deck=False)],
    "not found": [PageState("/nowhere"), PageState("/nowhere", is_signed_in=False)],
}
PAGE_STATES = {
    str(url.name): [PageState("/" + str(url.pattern).replace("<uuid:deck_id>", "{deck}"))]
    for url in urlpatterns
    if url.name not in NOT_PAGES
} | OTHER_STATES
PAGES = sorted(PAGE_STATES)


def addresses(*, is_signed_in: bool, deck: str = "") -> list[str]:
    """Return the addresses of all pages in the states for these users, with the deck's ID."""
    return sorted(
        {
            state.address.format(deck=deck)
            for states in PAGE_STATES.values()
            for state in states
            if state.is_signed_in == is_signed_in
        }
    )


def open_state(
    visitor: Visitor, state: PageState, cards: list[dict[str, str]] | None = None
) -> None:
    """Open the page and press its button, as a new user if the state is signed in."""
    visitor.page.context.clear_cookies()
    if state.is_signed_in:
        visitor.name += "x"
        visitor.register()
    deck = ""
    if state.is_signed_in and state.has_deck:
        deck = visitor.create_deck("Physics", cards or CARDS)
    if state.has_draft:
        visitor.create_draft("Physics", cards or CARDS)
    if state.is_signed_in:
        visitor.sign_in_with_cookie()
    visitor.page.set_viewport_size({"width": 1200, "height": 900})
    visitor.open(state.address.format(deck=deck))
    visitor.page.wait_for_load_state("networkidle")
    if state.button:
        visitor.page.get_by_role("button", name=state.button).first.click()

"""Fixtures: the fixture `world`, clients of the API, sessions and decks."""

from tests.doors.world import world
from tests.flashcards.conftest import api, make_deck
from tests.sessions_app.conftest import client_of, new_session

__all__ = ["api", "client_of", "make_deck", "new_session", "world"]

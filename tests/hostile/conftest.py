"""Alice with one of everything, as the tests of all doors have it, and clients of the API."""

from tests.doors.world import world
from tests.flashcards.conftest import api, make_deck
from tests.sessions_app.conftest import client_of, new_session

__all__ = ["api", "client_of", "make_deck", "new_session", "world"]

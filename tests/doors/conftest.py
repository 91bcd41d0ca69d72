"""Fixtures for tests of sessions and sockets, and the fixture `world`."""

from tests.doors.world import world
from tests.sessions_app.conftest import client_of, new_session, session_of, socket_db

__all__ = ["client_of", "new_session", "session_of", "socket_db", "world"]

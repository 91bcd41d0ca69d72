"""Sessions and what belongs to them, for operators: to look at, and to end; never to edit, since a change here would lie."""

from sessions_app.admin import attempts, engines, generations, log, sessions, tokens, users  # noqa: F401 - registers them

"""Sessions and what belongs to them, for operators: to look at, and to end; never to edit, since a
change here would be a lie.
"""


def register_lists() -> None:
    """Register the lists.

    Not done on import, because Django imports the site's class from this package before it can
    register anything.
    """
    from sessions_app.admin import attempts, engines, generations, log, sessions, tokens, users

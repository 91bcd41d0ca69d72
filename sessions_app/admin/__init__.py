"""Admin lists of sessions and related data.

Operators can view and end sessions, but not edit them, because the rows record what happened.
"""


def register_lists() -> None:
    """Register the lists.

    Importing this package does not register them, because Django imports the site's class from it
    before models can be registered.
    """
    from sessions_app.admin import attempts, engines, generations, log, sessions, tokens, users

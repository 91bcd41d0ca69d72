"""Who may do what in the admin.

Three rights, each a permission of Django's: to look (`view_…`), to act (`change_…`, though nothing machine-written is edited: it opens
the actions), to read what users and models wrote (`read_text`). Support has the first alone.
"""

from typing import Any

from django.apps import AppConfig

SUPPORT = "Support"
READ_TEXT = "sessions_app.read_text"


def may_read_text(user: Any) -> bool:
    """Whether prompts, topics, notes, cards and the names of decks are for them to read."""
    return bool(user.has_perm(READ_TEXT))


def grant_support(sender: AppConfig, **kwargs: Any) -> None:
    """After each migrate: the group Support may look at what each app's `support_sees` names. What an operator added to it stays."""
    from django.contrib.auth.models import Group, Permission

    for name in getattr(sender, "support_sees", ()):
        label, codename = name.split(".")
        group, _ = Group.objects.get_or_create(name=SUPPORT)
        group.permissions.add(*Permission.objects.filter(content_type__app_label=label, codename=codename))

"""Who may do what in the admin.

Three rights, each a permission of Django's: to look (`view_…`), to act (`change_…`, though nothing machine-written is edited: it opens
the actions), to read what users and models wrote (`read_text`). Support has the first alone.
"""

from typing import Any

from django.apps import AppConfig

SUPPORT = "Support"
READ_TEXT = "sessions_app.read_text"
SUPPORT_SEES = {
    "sessions_app": ("webllmsession", "generation", "attempt", "engine"),
    "auth": ("user",),
    "flashcards": ("deck",),
}


def may_read_text(user: Any) -> bool:
    """Whether prompts, topics, notes, cards and the names of decks are for them to read."""
    return bool(user.has_perm(READ_TEXT))


def grant_support(sender: AppConfig, **kwargs: Any) -> None:
    """After each migrate: the group Support may look at what SUPPORT_SEES names. What an operator added to the group stays."""
    from django.contrib.auth.models import Group, Permission

    names = [f"view_{model}" for model in SUPPORT_SEES.get(sender.label, ())]
    if names:
        group, _ = Group.objects.get_or_create(name=SUPPORT)
        group.permissions.add(*Permission.objects.filter(content_type__app_label=sender.label, codename__in=names))

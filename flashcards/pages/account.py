"""The page of one's own account.

What it shows and changes goes through the services and REST calls of `sessions_app`.
"""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.views.generic import TemplateView

from sessions_app.services.accounts import account_shape

COUNTED = {
    "decks": "Decks",
    "cards": "Cards",
    "reviews": "Reviews",
    "sessions": "Sessions",
    "generations": "Requests",
}


class AccountView(LoginRequiredMixin, TemplateView):
    """What is kept, all of it as a file, another password, signing out everywhere, deleting."""

    template_name = "pages/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account = account_shape(self.request.user)
        counts = [(label, account.kept[name]) for name, label in COUNTED.items()]
        return super().get_context_data(account=account, kept=counts, **kwargs)


class AccountDeletedView(TemplateView):
    """Where a browser goes whose account was deleted."""

    template_name = "pages/account_deleted.html"

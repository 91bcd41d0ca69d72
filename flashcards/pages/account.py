"""The account page.

It reads and changes data through the services and the REST API of `sessions_app`.
"""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from sessions_app.services.accounts import account_shape

COUNTED = {
    "decks": gettext_lazy("Decks"),
    "cards": gettext_lazy("Cards"),
    "reviews": gettext_lazy("Reviews"),
    "sessions": gettext_lazy("Sessions"),
    "generations": gettext_lazy("Requests"),
}


class AccountView(LoginRequiredMixin, TemplateView):
    """The account: stored data, export, password, signing out everywhere, and deletion."""

    template_name = "pages/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account = account_shape(self.request.user)
        counts = [(label, account.kept[name]) for name, label in COUNTED.items()]
        return super().get_context_data(account=account, kept=counts, **kwargs)


class AccountDeletedView(TemplateView):
    """The page that is shown after the account was deleted."""

    template_name = "pages/account_deleted.html"

"""Admin lists of refresh tokens, with their users and expiry dates.

The tokens themselves are not displayed, because they give access to accounts.
"""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy, ngettext
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from sessions_app.admin.base.actions import admin_operation
from sessions_app.admin.base.list import BaseAdmin, ReadOnly

admin.site.unregister([BlacklistedToken, OutstandingToken])


@admin_operation(
    label=gettext_lazy("Revoke the chosen tokens"),
    question=gettext_lazy(
        "They cannot be exchanged for access tokens any more. Access tokens that were made of them"
        " last until their own end."
    ),
    done=lambda count: ngettext(
        "%(count)d Outstanding Token was revoked.",
        "%(count)d Outstanding Tokens were revoked.",
        count,
    ),
    refused=lambda count: ngettext(
        "%(count)d was not, because they were revoked before: %(ids)s.",
        "%(count)d were not, because they were revoked before: %(ids)s.",
        count,
    ),
)
def revoke(token: OutstandingToken, now: Any) -> bool:
    return BlacklistedToken.objects.get_or_create(token=token)[1]


@admin.register(OutstandingToken)
class OutstandingTokenAdmin(ReadOnly, BaseAdmin):
    list_display = ["jti", "user", "created_at", "expires_at", "is_revoked"]
    list_select_related = ["user", "blacklistedtoken"]
    ordering = ("-pk",)
    id_fields = ()
    linked_by = ("user__id__exact",)
    actions = [revoke]
    fields = list_display

    @admin.display(description=gettext_lazy("revoked"), boolean=True)
    def is_revoked(self, token: OutstandingToken) -> bool:
        return hasattr(token, "blacklistedtoken")


@admin.register(BlacklistedToken)
class BlacklistedTokenAdmin(ReadOnly, BaseAdmin):
    list_display = ["jti", "user", "blacklisted_at"]
    list_select_related = ["token__user"]
    ordering = ("-pk",)
    id_fields, user_field, date_field = (), "token__user", "blacklisted_at"
    fields = list_display

    @admin.display(description=gettext_lazy("jti"))
    def jti(self, revoked: BlacklistedToken) -> str:
        return revoked.token.jti

    @admin.display(description=gettext_lazy("user"))
    def user(self, revoked: BlacklistedToken) -> str:
        return str(revoked.token.user or "")

"""Failed attempts to sign in."""

from axes.admin import AccessAttemptAdmin
from axes.models import AccessAttempt
from django.contrib import admin

admin.site.unregister(AccessAttempt)


@admin.register(AccessAttempt)
class AttemptAdmin(AccessAttemptAdmin):
    """The library's list without its action, which works in sign-in requests only.

    A scheduled task deletes expired attempts.
    """

    actions = ()

"""The admin list of failed attempts to sign in."""

from axes.admin import AccessAttemptAdmin
from axes.models import AccessAttempt
from django.contrib import admin

admin.site.unregister(AccessAttempt)


@admin.register(AccessAttempt)
class AttemptAdmin(AccessAttemptAdmin):
    """The list of django-axes without its action, which only works in requests to sign in.

    A scheduled task deletes old attempts.
    """

    actions = ()

"""Checks for input from URLs and forms that Django's admin does not check and fails on."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy

NOT_IN_LIST = gettext_lazy("Select rows of this list.")
SAVED_ELSEWHERE = gettext_lazy(
    "The same name was saved at the same time. Look for it in the list, or choose another name."
)


class CheckedInput:
    """Mixin for any ModelAdmin that handles invalid input.

    It handles invalid dates in URLs, invalid IDs of selected rows, and names that two operators
    save at the same time.
    """

    opts: Any
    message_user: Any

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Return the list, or raise IncorrectLookupParameters for dates that cannot be used.

        These are dates out of range, and time zone offsets that PostgreSQL does not accept.
        """
        try:
            return super().get_changelist_instance(request)
        except (OverflowError, ValueError, DataError) as error:
            raise IncorrectLookupParameters from error

    def response_action(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        if all(self._is_id(value) for value in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            response: HttpResponse | None = super().response_action(request, queryset)
            return response
        self.message_user(request, NOT_IN_LIST, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().changeform_view(request, *args, **kwargs)
        except IntegrityError:
            self.message_user(request, SAVED_ELSEWHERE, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        return response

    def _is_id(self, value: str) -> bool:
        try:
            self.opts.pk.to_python(value)
        except ValidationError:
            return False
        return "\0" not in value

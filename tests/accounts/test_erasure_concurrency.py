"""Concurrent changes of an account: the second one waits for the first and checks again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from sessions_app.exceptions import Conflict
from sessions_app.services.erasure import accounts_delete_unused, deletion_begin
from tests.helpers.concurrency import start_until_blocked


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_leave_at_once_one_stays() -> None:
    admin, other = (User.objects.create_superuser(name) for name in ("one", "other"))
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            deletion_begin(user=admin, now=timezone.now())
            leaving = start_until_blocked(pool, deletion_begin, user=other, now=timezone.now())
        with pytest.raises(Conflict, match="only admin"):
            leaving.result(10)
    assert User.objects.filter(is_active=True).get() == other


@pytest.mark.django_db(transaction=True)
def test_who_signs_in_at_that_moment_is_not_erased_as_unused(settings: Any) -> None:
    settings.INACTIVE_ACCOUNT_DAYS = 365
    User.objects.create_user(
        "alice", last_login=None, date_joined=timezone.now() - timedelta(days=400)
    )
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            User.objects.update(last_login=timezone.now())
            erasing = start_until_blocked(pool, accounts_delete_unused, now=timezone.now())
        assert erasing.result(10) == 0
    assert User.objects.get().is_active

"""Concurrent changes of an account: the second change waits for the first and checks again."""

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
def test_concurrent_deletions_of_all_admins_keep_one_admin() -> None:
    admin, other = (User.objects.create_superuser(name) for name in ("one", "other"))
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            deletion_begin(user=admin, now=timezone.now())
            deletion = start_until_blocked(pool, deletion_begin, user=other, now=timezone.now())
        with pytest.raises(Conflict, match="only admin"):
            deletion.result(10)
    assert User.objects.filter(is_active=True).get() == other


@pytest.mark.django_db(transaction=True)
def test_unused_account_is_kept_if_user_signs_in_during_deletion(settings: Any) -> None:
    settings.INACTIVE_ACCOUNT_DAYS = 365
    User.objects.create_user(
        "alice", last_login=None, date_joined=timezone.now() - timedelta(days=400)
    )
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            User.objects.update(last_login=timezone.now())
            deletion = start_until_blocked(pool, accounts_delete_unused, now=timezone.now())
        assert deletion.result(10) == 0
    assert User.objects.get().is_active

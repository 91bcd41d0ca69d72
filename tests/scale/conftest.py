"""A small generated database that the planner treats as a large one."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone

from benchmarks.seeding.seed import Plan, missing, seed
from sessions_app.models import Generation
from tests.scale.plans import set_planner_statistics


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """Seed the database for all tests of a module.

    The rows are in one transaction, which is never committed. The transactions of the tests are
    nested in it.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        plan = Plan(sessions=1_000, generations=5_000, users=60, days=90, now=timezone.now())
        seed(plan, missing(plan))
        set_planner_statistics()
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def operator(seeded: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("operator"))
    return client


@pytest.fixture(scope="module")
def generation_of_busiest_user(seeded: None) -> Generation:
    """Return a generation of the user with the most generations."""
    return Generation.objects.filter(user__username="seeded-000001", status="succeeded").first()

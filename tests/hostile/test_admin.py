"""No list of the admin fails with a 500 on hostile values in its address or its actions."""

import pytest
from django.contrib import admin
from django.test import RequestFactory

from tests.hostile.values import QUERY_VALUES
from tests.permissions.users import Knocker, cookie, person

pytestmark = pytest.mark.django_db
LISTS = {
    f"{model._meta.app_label}/{model._meta.model_name}": model for model in admin.site._registry
}
PLACES = ("q", "older", "newer", "p", "o")
LABELS = (
    "NUL",
    "invalid UTF-8",
    "5,000 digits",
    "2**63",
    "all days",
    "last day",
    "first moment",
    "last moment",
    "place in a list",
)
VALUES = {label: QUERY_VALUES[label] for label in LABELS}
FORM = "application/x-www-form-urlencoded"
LAST_DAYS = (
    "year=9999",
    "year=9999&{0}__month=12",
    "year=9999&{0}__month=12&{0}__day=31",
    "year=0",
    "year=2026&{0}__month=13",
)


@pytest.fixture
def operator(world):
    return Knocker(
        "operator",
        "cookie",
        cookie(world.client, person("operator", is_staff=True, is_superuser=True)),
    )


def faults(world, operator, method, address, sent):
    """Send each case in the address or the body, and return the statuses of those that fail."""
    answers = {
        case: world.send(
            operator, method, address + (text if method == "GET" else ""), text, FORM, "text/html"
        )
        for case, text in sent.items()
    }
    return {
        case: answer.status_code for case, answer in answers.items() if answer.status_code >= 500
    }


def parameters(model_admin):
    """Return the names of the query parameters that the list reads."""
    filters = [
        list_filter if isinstance(list_filter, str) else getattr(list_filter, "parameter_name", "")
        for list_filter in model_admin.list_filter
    ]
    lookups = [f"{name}__{lookup}" for name in filters for lookup in ("exact", "gte")]
    return {*PLACES, *filters, *lookups, *getattr(model_admin, "linked_by", ())} - {""}


@pytest.mark.parametrize("name", LISTS)
def test_hostile_parameter_of_a_list_is_refused_or_harmless(world, operator, name):
    names = parameters(admin.site._registry[LISTS[name]])
    sent = {(name, label): f"?{name}={value}" for name in names for label, value in VALUES.items()}
    assert faults(world, operator, "GET", f"/admin/{name}/", sent) == {}


@pytest.mark.parametrize(
    "name", [name for name, model in LISTS.items() if admin.site._registry[model].date_hierarchy]
)
def test_days_beyond_the_calendar_are_refused(world, operator, name):
    field = admin.site._registry[LISTS[name]].date_hierarchy
    sent = {days: f"?{field}__{days.format(field)}" for days in LAST_DAYS}
    assert faults(world, operator, "GET", f"/admin/{name}/", sent) == {}


@pytest.mark.parametrize("name", LISTS)
def test_action_on_rows_that_are_not_in_the_list_is_refused(world, operator, name):
    request = RequestFactory().get("/")
    request.user = type(world.things.owner).objects.get(username="operator")
    actions = admin.site._registry[LISTS[name]].get_actions(request)
    sent = {
        (action, label): f"action={action}&_selected_action={value}&confirmed=1&post=yes"
        for action in actions
        for label, value in VALUES.items()
    }
    assert faults(world, operator, "POST", f"/admin/{name}/", sent) == {}


@pytest.mark.parametrize("page", ["change", "delete", "history"])
@pytest.mark.parametrize("name", LISTS)
def test_row_that_does_not_exist_is_not_found(world, operator, name, page):
    sent = {label: f"{value}/{page}/" for label, value in VALUES.items()}
    assert faults(world, operator, "GET", f"/admin/{name}/", sent) == {}


def test_content_type_leads_nowhere(world, operator):
    assert world.send(operator, "GET", "/admin/r/1/x/").status_code == 404

"""Hostile values in URLs and actions of admin lists are accepted or rejected with a message."""

import pytest
from django.contrib import admin
from django.test import RequestFactory

from tests.hostile.rejections import find_page_error
from tests.hostile.values import QUERY_VALUES
from tests.permissions.users import Identity, cookie_headers, make_user

pytestmark = pytest.mark.django_db
LISTS = {
    f"{model._meta.app_label}/{model._meta.model_name}": model for model in admin.site._registry
}
LIST_PARAMETERS = ("q", "older", "newer", "p", "o")
LABELS = (
    "NUL",
    "invalid UTF-8",
    "5,000 digits",
    "2**63",
    "all dates",
    "last date",
    "earliest time",
    "latest time",
    "list position",
)
VALUES = {label: QUERY_VALUES[label] for label in LABELS}
FORM = "application/x-www-form-urlencoded"
EXTREME_DATES = (
    "year=9999",
    "year=9999&{0}__month=12",
    "year=9999&{0}__month=12&{0}__day=31",
    "year=0",
    "year=2026&{0}__month=13",
)


@pytest.fixture
def operator(scenario):
    return Identity(
        "operator",
        "cookie",
        cookie_headers(scenario.client, make_user("operator", is_staff=True, is_superuser=True)),
    )


def find_errors(scenario, operator, method, address, cases):
    """Send each case in the URL or the body, and return what is wrong with the responses."""
    responses = {
        case: scenario.send(
            operator, method, address + (text if method == "GET" else ""), text, FORM, "text/html"
        )
        for case, text in cases.items()
    }
    errors = {case: find_page_error(response) for case, response in responses.items()}
    return {case: error for case, error in errors.items() if error}


def parameters(model_admin):
    """Return the names of the query parameters that the list reads."""
    filters = [
        list_filter if isinstance(list_filter, str) else getattr(list_filter, "parameter_name", "")
        for list_filter in model_admin.list_filter
    ]
    lookups = [f"{name}__{lookup}" for name in filters for lookup in ("exact", "gte")]
    return {*LIST_PARAMETERS, *filters, *lookups, *getattr(model_admin, "linked_by", ())} - {""}


@pytest.mark.parametrize("name", LISTS)
def test_hostile_query_parameter_of_admin_list_is_accepted_or_rejected_with_message(
    scenario, operator, name
):
    names = parameters(admin.site._registry[LISTS[name]])
    cases = {(name, label): f"?{name}={value}" for name in names for label, value in VALUES.items()}
    assert find_errors(scenario, operator, "GET", f"/admin/{name}/", cases) == {}


@pytest.mark.parametrize(
    "name", [name for name, model in LISTS.items() if admin.site._registry[model].date_hierarchy]
)
def test_extreme_date_in_admin_list_is_accepted_or_rejected_with_message(scenario, operator, name):
    field = admin.site._registry[LISTS[name]].date_hierarchy
    cases = {date: f"?{field}__{date.format(field)}" for date in EXTREME_DATES}
    assert find_errors(scenario, operator, "GET", f"/admin/{name}/", cases) == {}


@pytest.mark.parametrize("name", LISTS)
def test_admin_action_with_hostile_selection_is_accepted_or_rejected_with_message(
    scenario, operator, name
):
    request = RequestFactory().get("/")
    request.user = type(scenario.objects.owner).objects.get(username="operator")
    actions = admin.site._registry[LISTS[name]].get_actions(request)
    cases = {
        (action, label): f"action={action}&_selected_action={value}&confirmed=1&post=yes"
        for action in actions
        for label, value in VALUES.items()
    }
    assert find_errors(scenario, operator, "POST", f"/admin/{name}/", cases) == {}


@pytest.mark.parametrize("page", ["change", "delete", "history"])
@pytest.mark.parametrize("name", LISTS)
def test_hostile_row_id_in_admin_is_accepted_or_rejected_with_message(
    scenario, operator, name, page
):
    cases = {label: f"{value}/{page}/" for label, value in VALUES.items()}
    assert find_errors(scenario, operator, "GET", f"/admin/{name}/", cases) == {}


def test_content_type_redirect_of_admin_returns_404(scenario, operator):
    response = scenario.send(operator, "GET", "/admin/r/1/x/")
    assert (response.status_code, find_page_error(response)) == (404, "")

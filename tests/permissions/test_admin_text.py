"""Operators without the permission `read_text` see no text of users in any list or row.

Alice's objects contain SECRET in every field for text.
"""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import RequestFactory
from django.urls import reverse

from flashcards.models import Deck
from sessions_app.admin.base.list import BaseAdmin
from tests.helpers.models import USER_MODELS, paths_to_user
from tests.permissions.objects import SECRET
from tests.permissions.users import cookie_headers, make_user

pytestmark = pytest.mark.django_db
APPS = ("sessions_app", "flashcards")
LISTS = [model for model in USER_MODELS if admin.site.is_registered(model)]


def name_of(model: Any) -> str:
    return model.__name__


@pytest.fixture
def operator_headers(scenario: Any) -> dict[str, str]:
    operator = make_user("operator", is_staff=True)
    operator.user_permissions.set(
        Permission.objects.filter(content_type__app_label__in=APPS, codename__startswith="view_")
    )
    return cookie_headers(scenario.client, operator)


@pytest.mark.parametrize("model", USER_MODELS, ids=name_of)
def test_alice_has_row_of_model(scenario: Any, model: Any) -> None:
    """Without a row, responses that disclose it are not detected."""
    pk = scenario.objects.owner.pk
    assert any(
        model._base_manager.filter(**{path: pk}).exists() for path in paths_to_user(model)
    ), "create a row, with SECRET in each text, in tests/permissions/objects.py"


def test_hidden_title_is_not_saved(scenario: Any, rf: RequestFactory) -> None:
    class EditableDeckAdmin(BaseAdmin):
        title_field = "name"

    deck = Deck.objects.first()
    editable, request = EditableDeckAdmin(Deck, admin.site), rf.post("/")
    request.user = make_user("operator", is_staff=True)
    row = editable.get_object(request, str(deck.pk))
    row.topic = "Tides"
    editable.save_model(request, row, form=None, change=True)
    saved = Deck.objects.get(pk=deck.pk)
    assert (saved.name, saved.topic) == (deck.name, "Tides")


@pytest.mark.parametrize("model", LISTS, ids=name_of)
def test_list_and_row_hide_text_from_operators_without_permission(
    scenario: Any, operator_headers: dict[str, str], model: Any
) -> None:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    row = model._base_manager.order_by("pk").first()
    scenario.client.cookies.clear()
    pages = {
        address: scenario.client.get(address, headers=operator_headers)
        for address in (reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[row.pk]))
    }
    assert [page.status_code for page in pages.values()] == [200, 200]
    assert [address for address, page in pages.items() if SECRET in page.content.decode()] == [], (
        "add these columns to text_fields of the list, and the one of __str__ also as title_field"
    )

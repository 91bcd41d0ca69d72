"""All texts of the admin are translated. The pseudo language puts translated texts in brackets."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission

from tests.permissions.objects import OWN_APPS, SECRET
from tests.permissions.users import make_user
from tests.translations import pseudo, template_texts

pytestmark = pytest.mark.django_db
MODELS = {
    f"{model._meta.app_label}/{model._meta.model_name}": model for model in admin.site._registry
}
OWN_MODELS = [name for name in MODELS if name.startswith(("sessions_app/", "flashcards/"))]
PAGES = ("", "login/", "password_change/", "sessions_app/", "flashcards/")
# Data of the rows, dates in Esperanto, and texts that Django does not translate.
DATA = re.compile(
    rf"What {SECRET} is|{SECRET}|[0-9a-f]{{8}}[0-9a-f-]*"
    r"|\b(?:MindFlip|alice|operator|a-model|webllm|mindflip.v1|channel|flashcards|count|topic)\b"
    r"|\b(?:UTC|UUID|CSV|JSON)\b"
    r"|\b(?:\d+-a de|de|je|Search|None|True|False|NONE,NOARCHIVE)\b"
)


def untranslated(page: str) -> list[str]:
    """Return the texts of a page that are neither in brackets nor data."""
    texts = " ".join(text for _, text in template_texts.texts_of_html(page))
    text = DATA.sub(" ", pseudo.without_brackets(template_texts.NAMES.sub(" ", texts)))
    return re.findall(r"[^\W\d_]{2,}[^\n]*", text)


@pytest.fixture
def operator_client(client, pseudo_language):
    """Return a client of an operator who has permissions only for the product's own apps."""
    user = make_user("operator", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label__in=OWN_APPS))
    client.force_login(user)
    client.defaults |= pseudo_language
    return client


@pytest.mark.parametrize("address", PAGES)
def test_texts_of_admin_page_are_translated(scenario, operator_client, address):
    assert untranslated(operator_client.get(f"/admin/{address}").content.decode()) == []


@pytest.mark.parametrize("name", OWN_MODELS)
def test_texts_of_admin_list_and_its_rows_are_translated(scenario, operator_client, name):
    pages = [f"/admin/{name}/", f"/admin/{name}/?q=nothing", f"/admin/{name}/add/"]
    row = MODELS[name].objects.order_by("pk").first()
    if row:
        pages += [f"/admin/{name}/{row.pk}/{page}/" for page in ("change", "history", "delete")]
    untranslated_texts = {
        page: untranslated(response.content.decode())
        for page in pages
        if (response := operator_client.get(page)).status_code == 200
    }
    assert {page: texts for page, texts in untranslated_texts.items() if texts} == {}

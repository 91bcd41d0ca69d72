"""Every text of the admin is translated: in the pseudo language, it is in brackets."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission

from tests.permissions.objects import OWN_APPS, SECRET
from tests.permissions.users import person
from tests.translations import pseudo, template_texts

pytestmark = pytest.mark.django_db
MODELS = {
    f"{model._meta.app_label}/{model._meta.model_name}": model for model in admin.site._registry
}
OWN = [name for name in MODELS if name.startswith(("sessions_app/", "flashcards/"))]
PAGES = ("", "login/", "password_change/", "sessions_app/", "flashcards/")
# Data of the rows, dates in Esperanto, and texts that Django does not translate.
DATA = re.compile(
    rf"What {SECRET} is|{SECRET}|[0-9a-f]{{8}}[0-9a-f-]*"
    r"|\b(?:MindFlip|alice|operator|a-model|webllm|mindflip.v1|channel|flashcards|count|topic)\b"
    r"|\b(?:UTC|UUID|CSV|JSON)\b"
    r"|\b(?:\d+-a de|de|je|Search|None|True|False|NONE,NOARCHIVE)\b"
)


def untranslated(page: str) -> list[str]:
    """Return the words of a page that are in no brackets and no data."""
    texts = " ".join(text for _, text in template_texts.texts_of_html(page))
    text = DATA.sub(" ", pseudo.without_brackets(template_texts.NAMES.sub(" ", texts)))
    return re.findall(r"[^\W\d_]{2,}[^\n]*", text)


@pytest.fixture
def operator(client, pseudo_language):
    """Return an operator without permissions for libraries, whose texts are not ours."""
    user = person("operator", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label__in=OWN_APPS))
    client.force_login(user)
    client.defaults |= pseudo_language
    return client


@pytest.mark.parametrize("address", PAGES)
def test_every_text_is_translated_on(world, operator, address):
    assert untranslated(operator.get(f"/admin/{address}").content.decode()) == []


@pytest.mark.parametrize("name", OWN)
def test_every_text_of_a_list_and_its_rows_is_translated(world, operator, name):
    pages = [f"/admin/{name}/", f"/admin/{name}/?q=nothing", f"/admin/{name}/add/"]
    row = MODELS[name].objects.order_by("pk").first()
    if row:
        pages += [f"/admin/{name}/{row.pk}/{page}/" for page in ("change", "history", "delete")]
    left = {
        page: untranslated(response.content.decode())
        for page in pages
        if (response := operator.get(page)).status_code == 200
    }
    assert {page: texts for page, texts in left.items() if texts} == {}

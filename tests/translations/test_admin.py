"""Every text of the admin is translated: in the pseudo language, it is in brackets."""

import re
from html.parser import HTMLParser

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission

from tests.doors.people import person
from tests.doors.things import OWN_APPS, SECRET
from tests.doors.world import world  # noqa: F401 - a fixture
from tests.translations import pseudo

pytestmark = pytest.mark.django_db
MODELS = {
    f"{model._meta.app_label}/{model._meta.model_name}": model for model in admin.site._registry
}
OWN = [name for name in MODELS if name.startswith(("sessions_app/", "flashcards/"))]
PAGES = ("", "login/", "password_change/", "sessions_app/", "flashcards/")
# Data of the rows, dates in Esperanto, and alternative texts that Django does not translate.
DATA = re.compile(
    rf"What {SECRET} is|{SECRET}|[0-9a-f]{{8}}[0-9a-f-]*"
    r"|\b(?:MindFlip|alice|operator|a-model|webllm|mindflip.v1|channel|flashcards|count|topic|UTC|UUID|CSV|JSON)\b"
    r"|\b(?:\d+-a de|de|je|Search|None|True|False)\b"
)
TEXT_ATTRIBUTES = {"alt", "aria-label", "placeholder", "title", "data-label"}
SKIPPED = {"script", "style", "code", "kbd"}


class Texts(HTMLParser):
    """A parser that collects the texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skipped += tag in SKIPPED
        values = dict(attrs)
        self.texts += [values[name] or "" for name in TEXT_ATTRIBUTES.intersection(values)]
        if tag == "input" and values.get("type") == "submit":
            self.texts.append(values.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        self.skipped -= tag in SKIPPED

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.texts.append(data)


def untranslated(page: str) -> list[str]:
    """Return the words of a page that are in no brackets and no data."""
    parser = Texts()
    parser.feed(page)
    text = DATA.sub(" ", pseudo.without_brackets(" ".join(parser.texts)))
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
def test_every_text_is_translated_on(world, operator, address):  # noqa: F811
    assert untranslated(operator.get(f"/admin/{address}").content.decode()) == []


@pytest.mark.parametrize("name", OWN)
def test_every_text_of_a_list_and_its_rows_is_translated(world, operator, name):  # noqa: F811
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

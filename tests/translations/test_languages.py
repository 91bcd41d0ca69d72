"""Pages, modules and errors are in the language that the browser prefers."""

import json
import re

import pytest
from asgiref.testing import ApplicationCommunicator
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from rest_framework_simplejwt.tokens import AccessToken

from mindflip.asgi import http_application
from mindflip.translations import compile_languages
from tests.translations import pseudo

pytestmark = pytest.mark.django_db


def test_page_is_in_preferred_language_of_browser(client: Client, pseudo_language):
    response = client.get("/sign-in", **pseudo_language)
    page = response.content.decode()
    assert '<html lang="eo">' in page
    assert "<h1>⟦Sign in⟧</h1>" in page
    assert response["Content-Language"] == "eo"
    assert "Accept-Language" in response["Vary"]


@pytest.mark.parametrize("preferred", ["", "en", "de", "*", "x" * 5000])
def test_page_is_english_if_no_other_offered_language_is_preferred(
    client: Client, pseudo_language, preferred
):
    page = client.get("/sign-in", HTTP_ACCEPT_LANGUAGE=preferred).content.decode()
    assert '<html lang="en">' in page
    assert "<h1>Sign in</h1>" in page
    assert "/texts/" not in page


@pytest.mark.parametrize(
    ("language", "attributes"), [("en", 'lang="en"'), ("ar", 'lang="ar" dir="rtl"')]
)
def test_page_direction_matches_language(client, settings, language, attributes):
    settings.LANGUAGES = [("en", "English"), ("ar", "Arabic")]
    page = client.get("/sign-in", HTTP_ACCEPT_LANGUAGE=language).content.decode()
    assert f"<html {attributes}>" in page
    with override(language):
        assert f"<html {attributes}>" in render_to_string("500.html")


def test_api_error_is_in_preferred_language_of_client(client: Client, pseudo_language):
    problem = client.get("/api/nowhere", **pseudo_language).json()
    assert problem["code"] == "not_found"
    assert problem["error"].startswith("⟦")


def test_javascript_catalogue_is_immutable_script(client: Client, pseudo_language):
    page = client.get("/sign-in", **pseudo_language).content.decode()
    address = re.search(r'<script src="(/texts/eo\.[0-9a-f]{12}\.js)"></script>', page)
    assert address
    assert page.index(address[0]) < page.index('type="module"')
    response = client.get(address[1])
    assert response["Content-Type"].startswith("text/javascript")
    assert "immutable" in response["Cache-Control"]
    assert response["Content-Language"] == "eo"
    catalogue = response.content.decode()
    assert json.dumps("⟦Undo⟧") in catalogue
    assert "pluralidx" in catalogue


@pytest.mark.parametrize("language", ["en", "de", "..", "eo%2F"])
def test_javascript_catalogue_of_unavailable_language_returns_404(
    client: Client, pseudo_language, language
):
    assert client.get(f"/texts/{language}.000000000000.js").status_code == 404


def test_static_file_does_not_depend_on_language(client: Client, pseudo_language):
    response = client.get("/static/icons/logo.svg", **pseudo_language)
    assert "Content-Language" not in response
    assert "Accept-Language" not in response.get("Vary", "")


@pytest.fixture
def deck(transactional_db, alice):
    deck = alice.decks.create(name="Tides")
    deck.cards.create(position=1, front="Ebb", back="Falling water")
    return deck


async def test_streamed_download_is_in_language_of_request(alice, deck, pseudo_language):
    """The parts are generated in threads, after the view has returned."""
    headers = {
        "host": "localhost",
        "authorization": f"Bearer {AccessToken.for_user(alice)}",
        "accept-language": pseudo.LANGUAGE,
    }
    scope = {
        "type": "http",
        "method": "GET",
        "path": reverse("api-deck-export", args=[deck.pk]),
        "query_string": b"format=markdown",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    communicator = ApplicationCommunicator(http_application, scope)
    await communicator.send_input({"type": "http.request"})
    assert (await communicator.receive_output(10))["status"] == 200
    body, has_more = b"", True
    while has_more:
        output = await communicator.receive_output(10)
        body, has_more = body + output.get("body", b""), output.get("more_body", False)
    await communicator.wait(10)
    assert "⟦Card 1⟧" in body.decode()


def test_javascript_catalogue_of_other_version_is_not_cached(client: Client, pseudo_language):
    """During an upgrade, a page of one version may send requests to the other version."""
    response = client.get("/texts/eo.000000000000.js")
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"


def test_process_keeps_texts_after_new_catalogue_is_compiled(
    client: Client, pseudo_language, settings, tmp_path
):
    settings.LOCALE_PATHS = [tmp_path / "compiled"]
    pseudo.compile_pseudo(tmp_path)
    address = script_address(client, pseudo_language)
    script = client.get(address).content
    source = tmp_path / "source" / "eo" / "LC_MESSAGES" / "djangojs.po"
    source.write_text(source.read_text().replace("⟦", "«").replace("⟧", "»"))
    compile_languages(tmp_path / "source", tmp_path / "compiled")
    assert script_address(client, pseudo_language) == address
    assert client.get(address).content == script


def script_address(client: Client, language) -> str:
    page = client.get("/sign-in", **language).content.decode()
    return re.search(r'src="(/texts/[^"]+)"', page)[1]


def test_language_cookie_is_case_insensitive(client: Client, pseudo_language):
    client.cookies["django_language"] = "EO"
    page = client.get("/sign-in").content.decode()
    assert '<html lang="eo">' in page
    assert "/texts/eo." in page

"""The account API: stored data, export, password changes and signing out everywhere."""

import io
import json
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework_simplejwt.tokens import RefreshToken

from tests.helpers.responses import read_stream
from tests.helpers.users import PASSWORD

ALICE_PASSWORD = {"password": PASSWORD}
NEW_PASSWORD = "another long phrase"


def _export(client) -> zipfile.ZipFile:
    response = client.get("/api/account/export")
    assert (response.status_code, response["Content-Type"]) == (200, "application/zip")
    assert "attachment" in response["Content-Disposition"]
    return zipfile.ZipFile(io.BytesIO(read_stream(response)))


def test_account_response_contains_profile_and_object_counts(create_user_data, alice, bob, api):
    create_user_data(bob)
    create_user_data(alice)
    account = api(alice).get("/api/account").json()
    assert (account["username"], account["email"], account["hasPassword"]) == ("alice", "", True)
    assert account["kept"] == {
        "sessions": 1,
        "generations": 1,
        "decks": 1,
        "cards": 2,
        "reviews": 1,
    }


def test_anonymous_requests_are_rejected_with_401(api):
    for method, path in (
        ("get", ""),
        ("delete", ""),
        ("get", "/export"),
        ("post", "/password"),
        ("post", "/sign-out"),
    ):
        assert getattr(api(None), method)(f"/api/account{path}").status_code == 401


def test_export_contains_data_of_user_and_no_data_of_other_user(create_user_data, alice, bob, api):
    create_user_data(bob)
    create_user_data(alice)
    export = _export(api(alice))
    assert export.testzip() is None
    names = sorted(
        name.replace(name[-13:-5], "#") if name.startswith(("decks/", "bin/a")) else name
        for name in export.namelist()
    )
    assert len(names) == len(set(export.namelist()))
    assert {
        "README.txt",
        "account.json",
        "sessions.json",
        "generations.json",
        "sign-ins.json",
        "bin/cards.json",
    } <= set(names)
    rows = {
        name: json.loads(export.read(name)) for name in export.namelist() if name.endswith(".json")
    }
    assert rows["account.json"][0]["username"] == "alice"
    assert rows["generations.json"][0]["prompt"] == "alice's prompt"
    assert (rows["reviews.json"][0]["rating"], rows["study-settings.json"][0]["newPerDay"]) == (
        3,
        7,
    )
    (deck,) = [name for name in rows if name.startswith("decks/")]
    assert [card["front"] for card in rows[deck]["cards"]] == ["alice one", "alice two"]
    assert sum(name.startswith("bin/") for name in names) == 4
    content = b"".join(export.read(name) for name in export.namelist())
    assert b"bob" not in content
    assert alice.password.encode() not in content


def test_export_readme_mentions_every_file(create_user_data, alice, api):
    export = _export(api(create_user_data(alice)))
    readme = export.read("README.txt").decode()
    for name in export.namelist():
        assert name == "README.txt" or name in readme or f"{name.split('/')[0]}/" in readme, (
            f"describe {name} in `about` of the app's personal data"
        )


def test_import_of_exported_deck_creates_no_duplicates(create_user_data, alice, api):
    client = api(create_user_data(alice))
    export = _export(client)
    for extension in (".json", ".apkg", ".csv"):
        (name,) = [
            entry
            for entry in export.namelist()
            if entry.startswith("decks/") and entry.endswith(extension)
        ]
        file = io.BytesIO(export.read(name))
        file.name = "deck" + extension
        response = client.post("/api/flashcards/imports", {"file": file}, format="multipart")
        assert (response.status_code, response.json()["added"]) == (201, 0), (
            "the cards exist already"
        )


def test_export_runs_at_most_one_query_per_deck(alice, api):
    client = api(alice)
    counts = []
    for deck_count in (1, 30):
        for number in range(deck_count):
            client.post(
                "/api/flashcards/decks",
                {"name": f"d{number}", "cards": [{"front": f"f{number}", "back": "b"}]},
            )
        with CaptureQueriesContext(connection) as queries:
            _export(client)
        counts.append(len(queries))
    assert counts[1] - counts[0] <= 30 + 2, "one query for the cards of each deck"


def test_password_change_revokes_tokens_and_keeps_browser_signed_in(alice, api, client):
    client.force_login(alice)
    token = RefreshToken.for_user(alice)
    body = ALICE_PASSWORD | {"newPassword": NEW_PASSWORD}
    assert client.post("/api/account/password", body, "application/json").status_code == 204
    assert client.get("/api/account").status_code == 200, "this browser stays signed in"
    alice.refresh_from_db()
    assert alice.check_password(NEW_PASSWORD)
    assert api(None).post("/api/auth/token/refresh", {"refresh": str(token)}).status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": "wrong", "newPassword": NEW_PASSWORD}, "password"),
        (ALICE_PASSWORD | {"newPassword": "12345678"}, "newPassword"),
    ],
)
def test_invalid_password_change_is_rejected_with_field_name(alice, api, body, field):
    response = api(alice).post("/api/account/password", body)
    assert (response.status_code, list(response.json()["fields"])) == (400, [field])
    alice.refresh_from_db()
    assert alice.check_password(ALICE_PASSWORD["password"])


def test_sign_out_everywhere_keeps_only_current_browser_signed_in(
    alice, api, client, django_user_model
):
    token, current_browser = RefreshToken.for_user(alice), client
    current_browser.force_login(alice)
    other_browser = type(client)()
    other_browser.force_login(alice)
    assert (
        current_browser.post(
            "/api/account/sign-out", ALICE_PASSWORD, "application/json"
        ).status_code
        == 204
    )
    assert current_browser.get("/api/account").status_code == 200
    assert other_browser.get("/api/account").status_code == 401
    token_client = api(None)
    token_client.credentials(HTTP_AUTHORIZATION=f"Bearer {token.access_token}")
    assert token_client.get("/api/account").status_code == 401
    assert (
        token_client.post("/api/auth/token", {"username": "alice", **ALICE_PASSWORD}).status_code
        == 200
    )

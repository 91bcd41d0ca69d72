"""The account page: stored data, export, password changes and signing out everywhere."""

import io
import json
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework_simplejwt.tokens import RefreshToken

from tests.helpers.responses import read_stream

ALICE = {"password": "correct horse battery"}
NEW = "another long phrase"


def _export(client) -> zipfile.ZipFile:
    response = client.get("/api/account/export")
    assert (response.status_code, response["Content-Type"]) == (200, "application/zip")
    assert "attachment" in response["Content-Disposition"]
    return zipfile.ZipFile(io.BytesIO(read_stream(response)))


def test_it_counts_what_is_kept(lived, alice, bob, api):
    lived(bob)
    lived(alice)
    shown = api(alice).get("/api/account").json()
    assert (shown["username"], shown["email"], shown["hasPassword"]) == ("alice", "", True)
    assert shown["kept"] == {"sessions": 1, "generations": 1, "decks": 1, "cards": 2, "reviews": 1}


def test_nobody_has_no_account(api):
    for method, path in (
        ("get", ""),
        ("delete", ""),
        ("get", "/export"),
        ("post", "/password"),
        ("post", "/sign-out"),
    ):
        assert getattr(api(None), method)(f"/api/account{path}").status_code == 401


def test_the_export_holds_everything_of_hers_and_nothing_of_his(lived, alice, bob, api):
    lived(bob)
    lived(alice)
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
    everything = b"".join(export.read(name) for name in export.namelist())
    assert b"bob" not in everything
    assert alice.password.encode() not in everything


def test_every_file_of_the_export_is_explained_in_its_readme(lived, alice, api):
    export = _export(api(lived(alice)))
    readme = export.read("README.txt").decode()
    for name in export.namelist():
        assert name == "README.txt" or name in readme or f"{name.split('/')[0]}/" in readme


def test_an_exported_deck_can_be_imported_again(lived, alice, api):
    client = api(lived(alice))
    export = _export(client)
    for ending in (".json", ".apkg", ".csv"):
        (name,) = [
            entry
            for entry in export.namelist()
            if entry.startswith("decks/") and entry.endswith(ending)
        ]
        file = io.BytesIO(export.read(name))
        file.name = "deck" + ending
        answer = client.post("/api/flashcards/imports", {"file": file}, format="multipart")
        assert (answer.status_code, answer.json()["added"]) == (201, 0), "they are here already"


def test_an_export_asks_as_much_for_many_rows_as_for_one(alice, api):
    client = api(alice)
    counts = []
    for many in (1, 30):
        for number in range(many):
            client.post(
                "/api/flashcards/decks",
                {"name": f"d{number}", "cards": [{"front": f"f{number}", "back": "b"}]},
            )
        with CaptureQueriesContext(connection) as queries:
            _export(client)
        counts.append(len(queries))
    assert counts[1] - counts[0] <= 30 + 2, "one query for the cards of each deck"


def test_a_new_password_ends_what_the_old_one_opened(alice, api, client):
    client.force_login(alice)
    other = RefreshToken.for_user(alice)
    body = ALICE | {"newPassword": NEW}
    assert client.post("/api/account/password", body, "application/json").status_code == 204
    assert client.get("/api/account").status_code == 200, "this browser stays"
    alice.refresh_from_db()
    assert alice.check_password(NEW)
    assert api(None).post("/api/auth/token/refresh", {"refresh": str(other)}).status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": "wrong", "newPassword": NEW}, "password"),
        (ALICE | {"newPassword": "12345678"}, "newPassword"),
    ],
)
def test_a_password_that_will_not_do_is_said_beside_its_field(alice, api, body, field):
    answer = api(alice).post("/api/account/password", body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    alice.refresh_from_db()
    assert alice.check_password(ALICE["password"])


def test_signing_out_everywhere_leaves_this_browser_alone_signed_in(
    alice, api, client, django_user_model
):
    token, here = RefreshToken.for_user(alice), client
    here.force_login(alice)
    elsewhere = type(client)()
    elsewhere.force_login(alice)
    assert here.post("/api/account/sign-out", ALICE, "application/json").status_code == 204
    assert here.get("/api/account").status_code == 200
    assert elsewhere.get("/api/account").status_code == 401
    bearer = api(None)
    bearer.credentials(HTTP_AUTHORIZATION=f"Bearer {token.access_token}")
    assert bearer.get("/api/account").status_code == 401
    assert bearer.post("/api/auth/token", {"username": "alice", **ALICE}).status_code == 200

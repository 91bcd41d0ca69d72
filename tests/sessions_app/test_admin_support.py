"""Support users can view lists but no texts, and users who are not staff see nothing."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.test import Client

from sessions_app.admin.base.list import SUPPORT
from sessions_app.models import Engine, Generation
from tests.helpers.admin import (
    ENGINES,
    GENERATIONS,
    SESSIONS,
    listed_keys,
    make_generation,
    page_messages,
    run_action,
)
from tests.helpers.responses import read_stream

PRIVATE_TEXT = "selenography"


def signed_in_client(user):
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)
    return client


@pytest.fixture
def support_client(db):
    support_user = User.objects.create_user("helper", is_staff=True)
    support_user.groups.add(Group.objects.get(name=SUPPORT))
    return signed_in_client(support_user)


@pytest.fixture
def generation(alice):
    User.objects.filter(pk=alice.pk).update(email="alice@example.org")
    columns = {"prompt": PRIVATE_TEXT, "cards": [{"front": PRIVATE_TEXT, "back": PRIVATE_TEXT}]}
    generation = make_generation(alice, PRIVATE_TEXT, **columns)
    Engine.objects.create(
        channel="c", session=generation.session, user=alice, model_id="m", name="webllm"
    )
    return generation


def test_support_group_has_only_expected_view_permissions(db):
    codenames = set(Group.objects.get(name=SUPPORT).permissions.values_list("codename", flat=True))
    assert codenames == {
        "view_webllmsession",
        "view_generation",
        "view_attempt",
        "view_engine",
        "view_deck",
        "view_user",
    }


def test_permission_added_to_support_group_is_kept_by_migrate(db):
    Group.objects.get(name=SUPPORT).permissions.add(Permission.objects.get(codename="view_review"))
    call_command("migrate", verbosity=0)
    assert Group.objects.get(name=SUPPORT).permissions.filter(codename="view_review").exists()


def test_support_pages_contain_no_user_text_and_no_email(support_client, generation, alice):
    deck = alice.decks.create(
        name=PRIVATE_TEXT, topic=PRIVATE_TEXT, source=PRIVATE_TEXT, tags=[PRIVATE_TEXT]
    )
    pages = [
        *(
            GENERATIONS,
            f"{GENERATIONS}{generation.pk}/change/",
            SESSIONS,
            f"{SESSIONS}{generation.session_id}/change/",
            ENGINES,
        ),
        *(
            "/admin/flashcards/deck/",
            f"/admin/flashcards/deck/{deck.pk}/change/",
            f"/admin/flashcards/deck/{deck.pk}/history/",
        ),
        *(
            "/admin/",
            "/admin/auth/user/",
            f"/admin/auth/user/{alice.pk}/change/",
            "/admin/overview/now",
            "/admin/overview/figures",
        ),
    ]
    for address in pages:
        page = support_client.get(address)
        assert page.status_code == 200, address
        assert not [
            text for text in (PRIVATE_TEXT, "alice@example.org") if text in page.content.decode()
        ], address


def test_support_can_search_by_username_but_not_by_text(support_client, generation):
    assert listed_keys(support_client, GENERATIONS, q="alice") == [str(generation.pk)]
    assert listed_keys(support_client, GENERATIONS, q=PRIVATE_TEXT) == []
    assert (
        f"No user is called {PRIVATE_TEXT}."
        in support_client.get(GENERATIONS, {"q": PRIVATE_TEXT}).content.decode()
    )
    assert (
        support_client.get("/admin/flashcards/deck/", {"name__startswith": "s"}).status_code == 400
    )


@pytest.mark.parametrize("action", ["cancel", "requeue", "export_csv", "export_json"])
def test_support_cannot_run_actions_on_generation(support_client, generation, action):
    assert page_messages(run_action(support_client, GENERATIONS, action, generation.pk)) in (
        [],
        ["No action selected."],
    )
    assert Generation.objects.get().status == "queued"


@pytest.mark.parametrize(
    "address",
    [
        "/admin/flashcards/card/",
        "/admin/flashcards/review/",
        "/admin/auth/group/",
        "/admin/admin/logentry/",
    ],
)
def test_list_outside_support_permissions_is_rejected_with_403(support_client, address):
    assert support_client.get(address).status_code == 403


def test_csv_export_has_no_text_for_user_without_read_permission(generation):
    staff_user = User.objects.create_user("helper", is_staff=True)
    staff_user.user_permissions.add(
        *Permission.objects.filter(codename__in=("view_generation", "change_generation"))
    )
    response = run_action(signed_in_client(staff_user), GENERATIONS, "export_csv", generation.pk)
    content = read_stream(response).decode()
    assert str(generation.pk) in content
    assert "prompt" not in content
    assert PRIVATE_TEXT not in content


def test_staff_user_cannot_become_or_change_superuser(alice):
    staff_user = User.objects.create_user("keeper", is_staff=True)
    staff_user.user_permissions.add(
        *Permission.objects.filter(codename__in=("view_user", "change_user"))
    )
    client = signed_in_client(staff_user)
    client.post(
        f"/admin/auth/user/{staff_user.pk}/change/",
        {"username": "keeper", "is_active": "on", "is_superuser": "on"},
    )
    assert not User.objects.get(username="keeper").is_superuser
    superuser = User.objects.create_superuser("above")
    assert (
        client.post(f"/admin/auth/user/{superuser.pk}/change/", {"username": "below"}).status_code
        == 403
    )


def test_user_without_staff_status_is_redirected_to_login(charlie, generation):
    for address in ("/admin/", GENERATIONS, "/admin/overview/now", "/admin/overview/figures"):
        response = signed_in_client(charlie).get(address)
        assert (response.status_code, response["Location"].split("?")[0]) == (302, "/admin/login/")


@pytest.mark.parametrize("model", ["deck", "card"])
def test_hidden_text_is_kept_when_support_saves_form(support_client, alice, model):
    deck = alice.decks.create(name=PRIVATE_TEXT)
    card = deck.cards.create(position=0, front=PRIVATE_TEXT, back=PRIVATE_TEXT)
    Group.objects.get(name=SUPPORT).permissions.add(
        *Permission.objects.filter(codename__in=[f"view_{model}", f"change_{model}"])
    )
    row = {"deck": deck, "card": card}[model]
    response = support_client.post(f"/admin/flashcards/{model}/{row.pk}/change/", {"_save": "Save"})
    assert response.status_code == 302
    deck.refresh_from_db()
    card.refresh_from_db()
    assert (deck.name, card.front, card.back) == (PRIVATE_TEXT, PRIVATE_TEXT, PRIVATE_TEXT)

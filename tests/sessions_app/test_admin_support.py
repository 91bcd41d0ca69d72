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

WRITTEN = "selenography"


def signed_in(user):
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)
    return client


@pytest.fixture
def support(db):
    helper = User.objects.create_user("helper", is_staff=True)
    helper.groups.add(Group.objects.get(name=SUPPORT))
    return signed_in(helper)


@pytest.fixture
def generation(alice):
    User.objects.filter(pk=alice.pk).update(email="alice@example.org")
    columns = {"prompt": WRITTEN, "cards": [{"front": WRITTEN, "back": WRITTEN}]}
    generation = make_generation(alice, WRITTEN, **columns)
    Engine.objects.create(
        channel="c", session=generation.session, user=alice, model_id="m", name="webllm"
    )
    return generation


def test_the_group_looks_at_what_support_needs_and_at_nothing_else(db):
    names = set(Group.objects.get(name=SUPPORT).permissions.values_list("codename", flat=True))
    assert names == {
        "view_webllmsession",
        "view_generation",
        "view_attempt",
        "view_engine",
        "view_deck",
        "view_user",
    }


def test_what_an_operator_gave_the_group_stays_after_an_upgrade(db):
    Group.objects.get(name=SUPPORT).permissions.add(Permission.objects.get(codename="view_review"))
    call_command("migrate", verbosity=0)
    assert Group.objects.get(name=SUPPORT).permissions.filter(codename="view_review").exists()


def test_support_sees_no_text_wherever_it_looks(support, generation, alice):
    deck = alice.decks.create(name=WRITTEN, topic=WRITTEN, source=WRITTEN, tags=[WRITTEN])
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
        page = support.get(address)
        assert page.status_code == 200, address
        assert not [
            word for word in (WRITTEN, "alice@example.org") if word in page.content.decode()
        ], address


def test_support_cannot_search_by_text(support, generation):
    assert listed_keys(support, GENERATIONS, q="alice") == [str(generation.pk)]
    assert listed_keys(support, GENERATIONS, q=WRITTEN) == []
    assert (
        f"No user is called {WRITTEN}." in support.get(GENERATIONS, {"q": WRITTEN}).content.decode()
    )
    assert support.get("/admin/flashcards/deck/", {"name__startswith": "s"}).status_code == 400


@pytest.mark.parametrize("action", ["cancel", "requeue", "export_csv", "export_json"])
def test_support_cannot_act(support, generation, action):
    assert page_messages(run_action(support, GENERATIONS, action, generation.pk)) in (
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
def test_what_support_does_not_need_is_refused(support, address):
    assert support.get(address).status_code == 403


def test_who_may_act_and_not_read_exports_without_text(generation):
    helper = User.objects.create_user("helper", is_staff=True)
    helper.user_permissions.add(
        *Permission.objects.filter(codename__in=("view_generation", "change_generation"))
    )
    answer = run_action(signed_in(helper), GENERATIONS, "export_csv", generation.pk)
    file = read_stream(answer).decode()
    assert str(generation.pk) in file
    assert "prompt" not in file
    assert WRITTEN not in file


def test_who_is_no_superuser_makes_none(alice):
    keeper = User.objects.create_user("keeper", is_staff=True)
    keeper.user_permissions.add(
        *Permission.objects.filter(codename__in=("view_user", "change_user"))
    )
    client = signed_in(keeper)
    client.post(
        f"/admin/auth/user/{keeper.pk}/change/",
        {"username": "keeper", "is_active": "on", "is_superuser": "on"},
    )
    assert not User.objects.get(username="keeper").is_superuser
    above = User.objects.create_superuser("above")
    assert (
        client.post(f"/admin/auth/user/{above.pk}/change/", {"username": "below"}).status_code
        == 403
    )


def test_charlie_sees_nothing(charlie, generation):
    for address in ("/admin/", GENERATIONS, "/admin/overview/now", "/admin/overview/figures"):
        answer = signed_in(charlie).get(address)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/")


@pytest.mark.parametrize("model", ["deck", "card"])
def test_text_that_an_operator_may_not_read_stays_when_they_save_the_form(support, alice, model):
    deck = alice.decks.create(name=WRITTEN)
    card = deck.cards.create(position=0, front=WRITTEN, back=WRITTEN)
    Group.objects.get(name=SUPPORT).permissions.add(
        *Permission.objects.filter(codename__in=[f"view_{model}", f"change_{model}"])
    )
    row = {"deck": deck, "card": card}[model]
    response = support.post(f"/admin/flashcards/{model}/{row.pk}/change/", {"_save": "Save"})
    assert response.status_code == 302
    deck.refresh_from_db()
    card.refresh_from_db()
    assert (deck.name, card.front, card.back) == (WRITTEN, WRITTEN, WRITTEN)

"""Sessions and generations in the admin: what operators see, and what they can do."""

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from sessions_app.models import Engine, Generation, WebLLMSession

PLANTED = "<script>alert(1)</script>"


@pytest.fixture
def operator(admin_client):
    return admin_client


@pytest.fixture
def generation(alice, create_session) -> Generation:
    create_session(alice)
    return Generation.objects.create(
        session=WebLLMSession.objects.get(), user=alice, kind="flashcards", prompt=PLANTED,
        prompt_version="1",
        options={"count": 1, "topic": PLANTED}, result_key="k", cards=[{"front": PLANTED,
        "back": "b"}],
    )  # fmt: skip


def test_it_lists_sessions_and_generations_with_what_a_model_wrote_escaped(operator, generation):
    Engine.objects.create(
        channel="c",
        session=generation.session,
        user=generation.user,
        model_id=PLANTED,
        name="webllm",
    )
    paths = (
        "engine/",
        "webllmsession/",
        f"webllmsession/{generation.session_id}/change/",
        "generation/",
        f"generation/{generation.pk}/change/",
    )
    for path in paths:
        page = operator.get(f"/admin/sessions_app/{path}")
        assert page.status_code == 200
        assert PLANTED not in page.content.decode()
        assert "alice" in page.content.decode()


def test_a_list_shows_expiry_before_the_sweep(operator, generation):
    WebLLMSession.objects.update(last_activity_at=timezone.now() - timezone.timedelta(hours=1))
    page = operator.get("/admin/sessions_app/webllmsession/").content.decode()
    assert '<td class="field-state">Expired</td>' in page


def test_it_finds_a_session_by_its_user_and_by_its_id(operator, generation):
    for wanted, rows in (("alice", 1), (str(generation.session_id), 1), ("nobody", 0)):
        page = operator.get("/admin/sessions_app/webllmsession/", {"q": wanted}).content.decode()
        assert page.count('class="action-select"') == rows, wanted


def test_closing_from_the_admin_ends_the_session_and_cancels_its_queue(operator, generation):
    operator.post(
        "/admin/sessions_app/webllmsession/",
        {"action": "close", "confirmed": "yes", "_selected_action": [str(generation.session_id)]},
    )
    generation.refresh_from_db()
    session = WebLLMSession.objects.get()
    assert (session.status, session.close_reason) == ("closed", "closed by an operator")
    assert generation.status == "cancelled"


def test_cancelling_from_the_admin_cancels(operator, generation):
    operator.post(
        "/admin/sessions_app/generation/",
        {"action": "cancel", "confirmed": "yes", "_selected_action": [str(generation.pk)]},
    )
    generation.refresh_from_db()
    assert (generation.status, generation.error) == (
        "cancelled",
        "The generation was cancelled by an operator.",
    )


def test_nothing_can_be_changed_by_hand(operator, generation):
    assert (
        operator.post(
            f"/admin/sessions_app/generation/{generation.pk}/change/", {"status": "succeeded"}
        ).status_code
        == 403
    )
    assert operator.get("/admin/sessions_app/generation/add/").status_code == 403
    assert (
        operator.post(
            f"/admin/sessions_app/generation/{generation.pk}/delete/", {"post": "yes"}
        ).status_code
        == 403
    )


def test_a_list_takes_the_same_few_queries_however_long(
    operator, alice, create_session, django_assert_max_num_queries
):
    for _ in range(5):
        create_session(alice)
    with django_assert_max_num_queries(20):
        operator.get("/admin/sessions_app/webllmsession/")


def test_reasons_are_shown_in_the_language_of_the_operator(operator, generation, pseudo_language):
    operator.post(
        "/admin/sessions_app/webllmsession/",
        {"action": "close", "confirmed": "yes", "_selected_action": [str(generation.session_id)]},
        **pseudo_language,
    )
    for path, reason in (
        (f"webllmsession/{generation.session_id}/", "closed by an operator"),
        (f"generation/{generation.pk}/", "The session was closed by an operator."),
    ):
        page = operator.get(f"/admin/sessions_app/{path}change/").content.decode()
        assert reason in page
        assert f"⟦{reason}⟧" not in page
        page = operator.get(
            f"/admin/sessions_app/{path}change/", **pseudo_language
        ).content.decode()
        assert f"⟦{reason}⟧" in page
    assert LogEntry.objects.get().change_message == "Close the chosen sessions."

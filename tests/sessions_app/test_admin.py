"""Sessions and generations in the admin: the pages and actions for operators."""

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from sessions_app.models import Engine, Generation, WebLLMSession

SCRIPT_TAG = "<script>alert(1)</script>"


@pytest.fixture
def operator(admin_client):
    return admin_client


@pytest.fixture
def generation(alice, create_session) -> Generation:
    create_session(alice)
    return Generation.objects.create(
        session=WebLLMSession.objects.get(), user=alice, kind="flashcards", prompt=SCRIPT_TAG,
        prompt_version="1",
        options={"count": 1, "topic": SCRIPT_TAG}, result_key="k", cards=[{"front": SCRIPT_TAG,
        "back": "b"}],
    )  # fmt: skip


def test_admin_pages_show_user_and_escape_stored_text(operator, generation):
    Engine.objects.create(
        channel="c",
        session=generation.session,
        user=generation.user,
        model_id=SCRIPT_TAG,
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
        assert SCRIPT_TAG not in page.content.decode()
        assert "alice" in page.content.decode()


def test_session_list_shows_idle_session_as_expired_before_sweep(operator, generation):
    WebLLMSession.objects.update(last_activity_at=timezone.now() - timezone.timedelta(hours=1))
    page = operator.get("/admin/sessions_app/webllmsession/").content.decode()
    assert '<td class="field-state">Expired</td>' in page


def test_session_search_matches_username_and_session_id(operator, generation):
    for query, rows in (("alice", 1), (str(generation.session_id), 1), ("nobody", 0)):
        page = operator.get("/admin/sessions_app/webllmsession/", {"q": query}).content.decode()
        assert page.count('class="action-select"') == rows, query


def test_close_action_closes_session_and_cancels_its_queued_generation(operator, generation):
    operator.post(
        "/admin/sessions_app/webllmsession/",
        {"action": "close", "confirmed": "yes", "_selected_action": [str(generation.session_id)]},
    )
    generation.refresh_from_db()
    session = WebLLMSession.objects.get()
    assert (session.status, session.close_reason) == ("closed", "closed by an operator")
    assert generation.status == "cancelled"


def test_cancel_action_cancels_queued_generation(operator, generation):
    operator.post(
        "/admin/sessions_app/generation/",
        {"action": "cancel", "confirmed": "yes", "_selected_action": [str(generation.pk)]},
    )
    generation.refresh_from_db()
    assert (generation.status, generation.error) == (
        "cancelled",
        "The generation was cancelled by an operator.",
    )


def test_generation_cannot_be_added_changed_or_deleted_by_operator(operator, generation):
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


def test_list_of_5_sessions_needs_at_most_20_queries(
    operator, alice, create_session, django_assert_max_num_queries
):
    for _ in range(5):
        create_session(alice)
    with django_assert_max_num_queries(20):
        operator.get("/admin/sessions_app/webllmsession/")


def test_reasons_are_translated_for_operator_and_log_entry_is_english(
    operator, generation, pseudo_language
):
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

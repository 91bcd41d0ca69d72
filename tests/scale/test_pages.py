"""Long lists: each row is on exactly one page in both directions, and the total is estimated."""

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from benchmarks.seeding.command import Command
from sessions_app.models import Generation, WebLLMSession
from sessions_app.services.sessions import session_open

pytestmark = pytest.mark.django_db
SESSIONS = "/admin/sessions_app/webllmsession/"


def walk_pages(operator, address: str, direction: str) -> tuple[list, str]:
    """Return the IDs on this page and on those after it in one direction.

    Also return the link of the last page back to the page before it.
    """
    seen, opposite = [], {"older_url": "newer_url", "newer_url": "older_url"}[direction]
    while address:
        page = operator.get(SESSIONS + address).context["cl"]
        ids = [row.pk for row in page.result_list]
        seen = [*seen, *ids] if direction == "older_url" else [*ids, *seen]
        address, back_link = getattr(page, direction), getattr(page, opposite)
    return seen, back_link


def test_each_row_is_on_exactly_one_page_in_both_directions(operator, generation_of_busiest_user):
    rows = list(
        WebLLMSession.objects.filter(user=generation_of_busiest_user.user).values_list(
            "pk", flat=True
        )
    )
    ids, back_link = walk_pages(operator, "?q=seeded-000001", "older_url")
    assert len(rows) > 50
    assert ids == rows
    assert (
        walk_pages(operator, back_link, "newer_url")[0]
        == rows[: len(rows) // 50 * 50 if len(rows) % 50 else -50]
    )


def test_long_list_shows_estimated_total(operator):
    assert (
        "about 5,000,000 generations"
        in operator.get("/admin/sessions_app/generation/").content.decode()
    )


@pytest.mark.parametrize("parameter", ["older", "newer"])
def test_invalid_position_in_url_is_reported_on_first_page(operator, parameter):
    page = operator.get(SESSIONS, {parameter: "yesterday~nobody"})
    assert page.status_code == 200
    assert "names no place in the list" in page.content.decode()
    newest = WebLLMSession.objects.order_by("-created_at", "-pk").values_list("pk", flat=True)
    assert [row.pk for row in page.context["cl"].result_list] == list(newest[:50])


def test_seeding_is_rejected_if_database_has_other_users(alice):
    with pytest.raises(CommandError, match="users of its own"):
        call_command(Command())


def test_removal_of_seeded_data_deletes_no_other_rows(seeded, alice):
    session = session_open(user=alice, model_id="m", now=timezone.now())
    call_command(Command(), remove=True, stdout=StringIO())
    assert list(WebLLMSession.objects.all()) == [session]
    assert not Generation.objects.exists()
    assert not User.objects.filter(username__startswith="seeded-").exists()

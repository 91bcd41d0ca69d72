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


def walked(operator, address: str, way: str) -> tuple[list, str]:
    """Return the IDs on this page and on those after it in one direction.

    Also return the link of the last page back to the page before it.
    """
    seen, other = [], {"older_url": "newer_url", "newer_url": "older_url"}[way]
    while address:
        shown = operator.get(SESSIONS + address).context["cl"]
        ids = [row.pk for row in shown.result_list]
        seen = [*seen, *ids] if way == "older_url" else [*ids, *seen]
        address, back = getattr(shown, way), getattr(shown, other)
    return seen, back


def test_each_row_of_a_list_is_on_one_page_there_and_back(operator, busiest):
    rows = list(WebLLMSession.objects.filter(user=busiest.user).values_list("pk", flat=True))
    there, back = walked(operator, "?q=seeded-000001", "older_url")
    assert len(rows) > 50
    assert there == rows
    assert (
        walked(operator, back, "newer_url")[0]
        == rows[: len(rows) // 50 * 50 if len(rows) % 50 else -50]
    )


def test_a_long_list_says_about_how_long_it_is(operator):
    assert (
        "about 5,000,000 generations"
        in operator.get("/admin/sessions_app/generation/").content.decode()
    )


def test_an_address_that_names_no_place_shows_the_beginning(operator):
    page = operator.get(SESSIONS, {"older": "yesterday~nobody"})
    assert page.status_code == 200
    assert "names no place in the list" in page.content.decode()


def test_seeding_keeps_off_a_database_that_people_use(alice):
    with pytest.raises(CommandError, match="users of its own"):
        call_command(Command())


def test_removal_deletes_the_seeded_rows_and_no_others(seeded, alice):
    session = session_open(user=alice, model_id="m", now=timezone.now())
    call_command(Command(), remove=True, stdout=StringIO())
    assert list(WebLLMSession.objects.all()) == [session]
    assert not Generation.objects.exists()
    assert not User.objects.filter(username__startswith="seeded-").exists()

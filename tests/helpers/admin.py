"""The lists and actions of the admin, and rows for them."""

from django.utils import timezone

from sessions_app.models import Generation, WebLLMSession

GENERATIONS, SESSIONS, ENGINES = (
    f"/admin/sessions_app/{name}/" for name in ("generation", "webllmsession", "engine")
)


def make_generation(user, topic="Tides", **columns):
    """Create a generation in a new session."""
    session = WebLLMSession.objects.create(user=user, model_id="a-model")
    defaults = {
        "kind": "flashcards",
        "prompt": "p",
        "prompt_version": "1",
        "result_key": "k",
        "options": {"count": 1, "topic": topic},
    }
    return Generation.objects.create(session=session, user=user, **defaults | columns)


def make_failed_generation(user, code, **columns):
    return make_generation(
        user, status="failed", error_code=code, finished_at=timezone.now(), **columns
    )


def listed_keys(client, address, **query):
    """Return the primary keys of the rows that the list shows."""
    page = client.get(address, query)
    assert page.status_code == 200, page
    return [str(row.pk) for row in page.context["cl"].result_list]


def run_action(client, address, action, *keys, confirmed="yes"):
    """Run the action on the rows, and return the page after it."""
    body = {"action": action, "_selected_action": [str(key) for key in keys]} | (
        {"confirmed": confirmed} if confirmed else {}
    )
    return client.post(address, body, follow=True)


def page_messages(page):
    return [str(message) for message in page.context["messages"]]

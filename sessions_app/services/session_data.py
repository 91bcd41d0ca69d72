"""The personal data of this app: the account, sessions, generations, engines and sign-ins."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from sessions_app.models import Attempt, Engine, Generation, WebLLMSession
from sessions_app.services.personal_data import ExportFile, json_list
from sessions_app.services.rate_limits import rate_limit_key
from sessions_app.services.representations import generation_shape, session_shape
from sessions_app.services.result_cache import purge_user_results
from sessions_app.services.retention import iterate_in_batches

THROTTLED: Any = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
GENERATION_BATCH = 50  # each may have long notes


class SessionsData:
    """The personal data of this app (see sessions_app.services.personal_data.PersonalData)."""

    about = {
        "account.json": gettext_lazy("who you are here"),
        "sessions.json": gettext_lazy("your sessions, as GET /api/webllm/session/{id} shows them"),
        "generations.json": gettext_lazy(
            "what you asked for and what came of it, as GET /api/webllm/generations/{id} shows it"
        ),
        "sign-ins.json": gettext_lazy(
            "when tokens were given to you, and until when they are good"
        ),
    }

    def counts(self, user: User) -> dict[str, int]:
        return {
            "sessions": WebLLMSession.objects.of(user).count(),
            "generations": Generation.objects.of(user).count(),
        }

    def files(self, user: User) -> Iterator[ExportFile]:
        sessions = WebLLMSession.objects.of(user).as_of(timezone.now())
        generations = Generation.objects.of(user).prefetch_related("attempts")
        yield ExportFile("account.json", json_list([_account(user)]))
        yield ExportFile(
            "sessions.json", json_list(map(session_shape, iterate_in_batches(sessions)))
        )
        yield ExportFile(
            "generations.json",
            json_list(map(generation_shape, iterate_in_batches(generations, GENERATION_BATCH))),
        )
        sign_ins = (
            {"givenAt": token.created_at, "expiresAt": token.expires_at}
            for token in iterate_in_batches(_tokens().filter(user=user))
        )
        yield ExportFile("sign-ins.json", json_list(sign_ins))

    def used_since(self, when: datetime) -> Q:
        sessions = WebLLMSession.objects.filter(user=OuterRef("pk"), last_activity_at__gte=when)
        return Q(last_login__gte=when) | Q(date_joined__gte=when) | Q(Exists(sessions))

    def forget(self, user: User) -> None:
        purge_user_results(user=user)
        cache.delete_many([rate_limit_key(scope, user.pk) for scope in THROTTLED])

    def rows(self, user_id: int) -> Iterator[QuerySet[Any]]:
        yield Engine.objects.filter(user=user_id)
        yield Attempt.objects.filter(generation__user=user_id)
        yield Generation.objects.filter(user=user_id)
        yield WebLLMSession.objects.filter(user=user_id)
        yield _tokens().filter(user=user_id)
        yield _model("sessions.Session").filter(pk__in=_logins_of(user_id))
        yield _model("admin.LogEntry").filter(user=user_id)
        name = User.objects.filter(pk=user_id).values("username")
        for label in ("axes.AccessAttempt", "axes.AccessFailureLog", "axes.AccessLog"):
            yield _model(label).filter(username__in=name)


def _model(label: str) -> QuerySet[Any]:
    """Return the rows of a model of another app.

    The model is looked up by name because services must not import the transport layer, to which
    these apps belong.
    """
    model: type[Model] = apps.get_model(label)
    return model._default_manager.all()


def _tokens() -> QuerySet[Any]:
    return _model("token_blacklist.OutstandingToken")


def _logins_of(user_id: int) -> list[str]:
    """Return the keys of the user's sign-ins in browsers.

    Django stores the user only inside the encoded session, so every row is decoded.
    """
    rows = _model("sessions.Session").iterator()
    return [row.pk for row in rows if row.get_decoded().get("_auth_user_id") == str(user_id)]


def _account(user: User) -> dict[str, Any]:
    return {
        "username": user.username,
        "email": user.email,
        "joinedAt": user.date_joined,
        "lastSignInAt": user.last_login,
    }

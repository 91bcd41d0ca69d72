"""Sessions, tickets, models and totals."""

from typing import Any
from uuid import UUID

import msgspec
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from rest_framework import generics, permissions, status
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from sessions_app.models import WebLLMSession
from sessions_app.rest.etag import ETagMixin
from sessions_app.rest.fields import validated_query
from sessions_app.rest.idempotency import idempotent
from sessions_app.rest.pagination import NewestFirst
from sessions_app.rest.throttling import CallThrottle, SessionThrottle
from sessions_app.serializers import (
    EmptySerializer,
    SessionCreateSerializer,
    SessionSerializer,
    SessionsQuerySerializer,
    socket_url,
)
from sessions_app.services import sessions
from sessions_app.services.catalogue import list_models
from sessions_app.services.stats import session_stats
from sessions_app.views import openapi


class SessionsView(ETagMixin, generics.ListCreateAPIView):
    """The caller's sessions.

    - GET lists them, newest first.
    - POST `{modelId}` opens a session.
    """

    schema = openapi.sessions
    pagination_class = NewestFirst
    throttle_classes = (SessionThrottle, CallThrottle)

    def get_serializer_class(self) -> type:
        return SessionCreateSerializer if self.request.method == "POST" else SessionSerializer

    def get_queryset(self) -> Any:
        return (
            WebLLMSession.objects.of(self.request.user)
            .as_of(timezone.now())
            .filter(**validated_query(SessionsQuerySerializer, self.request))
        )

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        body = SessionCreateSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        now = timezone.now()
        opened, replayed = idempotent(
            request,
            "session",
            lambda: sessions.session_open(user=request.user, now=now, **body.validated_data).pk,
        )
        session = sessions.session_for_user(user=request.user, session_id=UUID(opened), now=now)
        headers = {
            "Location": reverse("webllm-session", args=[session.pk], request=request),
            **replayed,
        }
        return Response(_shown(session, request), status=status.HTTP_201_CREATED, headers=headers)


class SessionView(ETagMixin, APIView):
    """A session of the caller.

    - GET returns it. By default, this is possible until 30 days after its end.
    - DELETE closes it. You can repeat this request.
    """

    schema = openapi.session

    def get(self, request: Request, session_id: UUID) -> Response:
        now = timezone.now()
        sessions.session_for_user(user=request.user, session_id=session_id, now=now)
        sessions.session_touch(session_id=session_id, now=now)
        return Response(
            _shown(
                sessions.session_for_user(user=request.user, session_id=session_id, now=now),
                request,
            )
        )

    def delete(self, request: Request, session_id: UUID) -> Response:
        sessions.session_close(user=request.user, session_id=session_id, now=timezone.now())
        return Response({"success": True})


class TicketView(generics.GenericAPIView):
    """Socket URLs of a session.

    - POST returns a socket URL with a new ticket, if the session is open.
    """

    schema = openapi.ticket
    serializer_class = EmptySerializer  # for the form of the browsable API

    def post(self, request: Request, session_id: UUID) -> Response:
        now = timezone.now()
        sessions.session_for_user(user=request.user, session_id=session_id, now=now)
        session = sessions.session_alive(session_id=session_id, user_id=request.user.pk, now=now)
        sessions.session_touch(session_id=session_id, now=now)
        return Response({"wsUrl": socket_url(request, session)}, status=status.HTTP_201_CREATED)


@method_decorator(gzip_page, name="dispatch")  # compresses 80 KB of public names to 4 KB
class ModelsView(ETagMixin, APIView):
    """The model catalogue, with WebLLM's list and the models of this server."""

    schema = openapi.models
    permission_classes = (permissions.AllowAny,)

    def get(self, request: Request) -> Response:
        return Response({"models": msgspec.to_builtins(list_models())})


class StatsView(APIView):
    """Totals of sessions and generations by status, for staff."""

    schema = openapi.stats
    permission_classes = (IsAdminUser,)

    def get(self, request: Request) -> Response:
        return Response(session_stats(now=timezone.now()))


def _shown(session: WebLLMSession, request: Request) -> dict[str, Any]:
    return SessionSerializer(session, context={"request": request}).data

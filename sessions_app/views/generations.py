"""The queue of generations over REST, for clients without a socket."""

from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

import msgspec
from asgiref.sync import sync_to_async
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from sessions_app import events, protocol, socket_registry
from sessions_app.exceptions import Invalid
from sessions_app.models import OPEN, Generation, WebLLMSession
from sessions_app.rest.fields import validated_query
from sessions_app.rest.idempotency import idempotency_key
from sessions_app.rest.pagination import NewestFirst
from sessions_app.serializers import (
    GenerationRequestSerializer,
    GenerationSerializer,
    GenerationsQuerySerializer,
    WaitSerializer,
)
from sessions_app.services import generations, sessions
from sessions_app.services.representations import generation_shape
from sessions_app.sync_executor import releasing_connection
from sessions_app.views import openapi

POLL_SECONDS = 5  # the delay if an event is lost


class GenerationsView(generics.ListCreateAPIView):
    """The generations of a session.

    - GET lists them, newest first.
    - POST `{prompt, options}` requests cards. With the header `Idempotency-Key`, repeating the
      request does not create another generation.
    """

    schema = openapi.generations
    pagination_class = NewestFirst

    def get_serializer_class(self) -> type:
        return (
            GenerationRequestSerializer if self.request.method == "POST" else GenerationSerializer
        )

    def get_queryset(self) -> Any:
        session_id = self.kwargs["session_id"]
        sessions.session_for_user(user=self.request.user, session_id=session_id, now=timezone.now())
        filters = validated_query(GenerationsQuerySerializer, self.request)
        return (
            Generation.objects.of(self.request.user)
            .filter(session=session_id, **filters)
            .prefetch_related("attempts")
        )

    def create(self, request: Request, session_id: UUID) -> Response:
        now = timezone.now()
        session = sessions.session_for_user(user=request.user, session_id=session_id, now=now)
        generation_request = _generation_request(request, session, now)
        sessions.session_alive(session_id=session_id, user_id=request.user.pk, now=now)
        result = generations.generation_submit(generation_request)
        sessions.session_touch(session_id=session_id, now=now)
        location = reverse("webllm-generation", args=[result.generation_id], request=request)
        shown = _shown(request, result.generation_id) | {"cached": result.cached_cards is not None}
        return Response(shown, status=status.HTTP_202_ACCEPTED, headers={"Location": location})


class GenerationView(APIView):
    """A generation of the caller.

    - GET returns its status, place in the queue, attempts and cards so far. With `?wait=25`, the
      server responds as soon as there is an outcome, or after 25 seconds.
    - DELETE cancels it.
    """

    schema = openapi.generation

    def get(self, request: Request, generation_id: UUID) -> Response:
        validated_query(WaitSerializer, request)
        return Response(_shown(request, generation_id))

    def delete(self, request: Request, generation_id: UUID) -> Response:
        generations.generation_cancel(
            user_id=request.user.pk, which=Q(pk=generation_id), now=timezone.now()
        )
        return Response({"success": True} | _shown(request, generation_id))


@csrf_exempt  # GenerationView checks the token, like all views of DRF
async def generation(request: HttpRequest, generation_id: UUID) -> HttpResponse:
    """Handle a request with GenerationView, and repeat it while the client waits for an outcome.

    No thread or database connection is in use while waiting.
    """
    view = sync_to_async(releasing_connection(GenerationView.as_view()))
    response = await view(request, generation_id=generation_id)
    seconds = (
        validated_query(WaitSerializer, request)["wait"]
        if request.method == "GET" and _is_open(response)
        else 0
    )
    if not seconds:
        return response
    deadline = monotonic() + seconds
    async with events.session_changes(UUID(response.data["sessionId"])) as news:
        response = await view(request, generation_id=generation_id)
        while (
            _is_open(response)
            and (left := deadline - monotonic()) > 0
            and not socket_registry.is_draining()
        ):
            await news(min(left, POLL_SECONDS))
            response = await view(request, generation_id=generation_id)
    return response


# DRF sets these attributes on its views, and the generator of the OpenAPI document reads them.
generation.cls, generation.initkwargs = GenerationView, {}


def _is_open(response: Any) -> bool:
    return response.status_code == status.HTTP_200_OK and response.data.get("status") in OPEN


def _generation_request(
    request: Request, session: WebLLMSession, now: datetime
) -> generations.GenerationRequest:
    key = idempotency_key(request)
    try:
        message = protocol.generate_of(
            request.data if not hasattr(request.data, "dict") else request.data.dict()
        )
    except protocol.ProtocolError as error:
        raise Invalid(error.message, fields={error.field: [error.reason]}) from None
    return generations.GenerationRequest(
        session_id=session.pk,
        user_id=session.user_id,
        model_id=session.model_id,
        prompt=message.prompt,
        options=message.options.filled(message.prompt),
        requested_at=now,
        is_refresh=message.options.refresh,
        request_id=key or message.request_id,
    )


def _shown(request: Request, generation_id: UUID) -> dict[str, Any]:
    current = generations.generation_for_user(user=request.user, generation_id=generation_id)
    place = (
        generations.places(user_id=request.user.pk).get(current.pk)
        if current.status in OPEN
        else None
    )
    shape: dict[str, Any] = msgspec.to_builtins(generation_shape(current, place))
    return shape

"""Serializers of the REST API, with camelCase names outside and snake_case names inside."""

from typing import Any

import msgspec
from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework_simplejwt.serializers import TokenObtainPairSerializer

from sessions_app.models import Generation, GenerationStatus, SessionStatus, WebLLMSession
from sessions_app.rest.fields import CreatedQuerySerializer, JSONField, TextField, UsernameField
from sessions_app.services.accounts import account_create
from sessions_app.services.representations import generation_shape, session_shape
from sessions_app.services.tickets import ticket_issue

MAX_WAIT_SECONDS = 25
WAIT = format_lazy(gettext_lazy("Give whole seconds, {maximum} at most."), maximum=MAX_WAIT_SECONDS)
MODEL_ID = r"^[A-Za-z0-9._\-/:]{1,200}$"
NAME_CHARACTERS = 150  # the limit of Django's User model
PASSWORD_CHARACTERS = 128
PASSWORD = {"input_type": "password"}


class CredentialsSerializer(TokenObtainPairSerializer):
    """A username and a password."""

    # Simple JWT's serializer does not report successful sign-ins to axes, and it accepts usernames
    # that no user can have.

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[self.username_field] = UsernameField(
            write_only=True, max_length=NAME_CHARACTERS
        )
        self.fields["password"] = TextField(write_only=True, trim_whitespace=False, style=PASSWORD)

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        request = self.context["request"]._request  # axes marks lockouts on Django's request
        self._context = {**self.context, "request": request}
        tokens = super().validate(attrs)
        AxesProxyHandler.user_logged_in(sender=type(self), request=request, user=self.user)
        return tokens


class RegisterSerializer(serializers.ModelSerializer):
    """A new user, whose password must meet the server's password rules."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        models.CharField: UsernameField
    }
    password = TextField(
        write_only=True, trim_whitespace=False, max_length=PASSWORD_CHARACTERS, style=PASSWORD
    )

    class Meta:
        model = get_user_model()
        fields = ["username", "password", "email"]
        extra_kwargs = {"email": {"required": False}}

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        user = get_user_model()(username=data.get("username", ""), email=data.get("email", ""))
        try:
            validate_password(data["password"], user)
        except ValidationError as error:
            raise serializers.ValidationError({"password": error.messages}) from None
        return data

    def create(self, data: dict[str, Any]) -> Any:
        return account_create(**data)


class ConfirmSerializer(serializers.Serializer):
    """The caller's password, or their username if the account has no password."""

    password = TextField(style=PASSWORD, trim_whitespace=False, max_length=NAME_CHARACTERS)


class PasswordSerializer(ConfirmSerializer):
    """The caller's current password, as a confirmation, and the new password."""

    newPassword = TextField(
        source="new_password", style=PASSWORD, trim_whitespace=False, max_length=PASSWORD_CHARACTERS
    )


class EmptySerializer(serializers.Serializer):
    """A body without fields."""


class SessionCreateSerializer(serializers.Serializer):
    """A new session, with any model ID, even one that is not in the catalogue."""

    modelId = TextField(
        source="model_id",
        validators=[
            RegexValidator(
                MODEL_ID,
                gettext_lazy("Use letters, digits and . _ - / : only, at most 200 of them."),
            )
        ],
        help_text=gettext_lazy("A model id out of GET /api/webllm/models, or one of your own."),
    )


class SessionSerializer(serializers.BaseSerializer):
    """A session with the URL of its socket."""

    def to_representation(self, session: WebLLMSession) -> dict[str, Any]:
        shape = msgspec.to_builtins(session_shape(session))
        return {
            "sessionId": shape["sessionId"],
            "wsUrl": socket_url(self.context["request"], session),
            **shape,
        }


class SessionsQuerySerializer(CreatedQuerySerializer):
    """Filters for a list of sessions."""

    status = serializers.ChoiceField(
        SessionStatus.choices,
        source="status_now",
        required=False,
        help_text=gettext_lazy("their status now"),
    )
    modelId = serializers.CharField(
        source="model_id", required=False, help_text=gettext_lazy("the model of the sessions")
    )


class GenerationsQuerySerializer(CreatedQuerySerializer):
    """Filters for a list of generations."""

    status = serializers.ChoiceField(
        GenerationStatus.choices, required=False, help_text=gettext_lazy("their status")
    )
    topic = serializers.CharField(
        source="options__topic__icontains",
        required=False,
        help_text=gettext_lazy("a part of the topic"),
    )


class WaitSerializer(serializers.Serializer):
    """How long to wait for the outcome of a generation."""

    wait = serializers.IntegerField(
        required=False,
        default=0,
        min_value=0,
        max_value=MAX_WAIT_SECONDS,
        help_text=gettext_lazy("seconds to wait for the outcome"),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value", "max_string_length"), WAIT
        ),
    )


class GenerationRequestSerializer(serializers.Serializer):
    """The fields of the browsable API's form; `protocol.Generate` validates the request."""

    prompt = TextField(max_length=8_000)
    options = JSONField(
        required=False, help_text=gettext_lazy('As {"count": 10, "topic": "Tides"}')
    )


class GenerationSerializer(serializers.BaseSerializer):
    """A generation in a list, without its `place`, which requires reading the whole queue."""

    def to_representation(self, generation: Generation) -> dict[str, Any]:
        shape: dict[str, Any] = msgspec.to_builtins(generation_shape(generation))
        return shape


def socket_url(request: Any, session: WebLLMSession) -> str:
    """Return the URL of a session's socket on the requested host, with a new ticket."""
    ticket = ticket_issue(session_id=session.pk, user=request.user)
    scheme = "wss" if request.is_secure() else "ws"
    return f"{scheme}://{request.get_host()}/ws/webllm/{session.pk}?ticket={ticket}"

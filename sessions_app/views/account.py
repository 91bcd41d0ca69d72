"""The caller's account, with its data, export, password, sign-out and deletion."""

from typing import Any

import msgspec
from django.contrib.auth import logout, update_session_auth_hash
from django.http import StreamingHttpResponse
from django.utils import timezone
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sessions_app.rest.streaming import download
from sessions_app.rest.throttling import CallThrottle, ConfirmThrottle, ExportThrottle
from sessions_app.serializers import ConfirmSerializer, PasswordSerializer
from sessions_app.services import accounts
from sessions_app.services.personal_data import account_export
from sessions_app.views import openapi


class _Confirmed(generics.GenericAPIView):
    serializer_class = ConfirmSerializer
    throttle_classes = (ConfirmThrottle, CallThrottle)

    def confirmed(self, request: Request) -> dict[str, Any]:
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        return body.validated_data


class AccountView(_Confirmed):
    """The caller's account.

    - GET returns the caller's username, email address and amount of stored data.
    - DELETE `{password}` permanently deletes the account and its data.
    """

    schema = openapi.account

    def get(self, request: Request) -> Response:
        return Response(msgspec.to_builtins(accounts.account_shape(request.user)))

    def delete(self, request: Request) -> Response:
        is_gone = accounts.account_delete(
            user=request.user, now=timezone.now(), **self.confirmed(request)
        )
        logout(request._request)
        return Response({"success": True, "isComplete": is_gone})


class AccountPasswordView(_Confirmed):
    """The caller's password.

    - POST `{password, newPassword}` changes it, and signs out everything that was signed in with
      the old password, except the browser that sends the request.
    """

    schema = openapi.password
    serializer_class = PasswordSerializer

    def post(self, request: Request) -> Response:
        accounts.account_password(user=request.user, **self.confirmed(request))
        return _still_here(request)


class AccountSignOutView(_Confirmed):
    """Signing out everywhere.

    - POST `{password}` ends every token, ticket, socket and sign-in, except the sign-in of the
      browser that sends the request.
    """

    schema = openapi.sign_out

    def post(self, request: Request) -> Response:
        accounts.account_sign_out(user=request.user, **self.confirmed(request))
        return _still_here(request)


class AccountExportView(APIView):
    """All stored data of the caller, as a zip file."""

    schema = openapi.export
    throttle_classes = (ExportThrottle, CallThrottle)

    def get(self, request: Request) -> StreamingHttpResponse:
        now = timezone.now()
        name = f"mindflip-{now:%Y-%m-%d}.zip"
        return download(
            account_export(user=request.user, now=now),
            file_name=name,
            content_type="application/zip",
        )


def _still_here(request: Request) -> Response:
    """Return an empty response, and keep the requesting browser signed in."""
    if request._request.session.get("_auth_user_id"):
        update_session_auth_hash(request._request, request.user)
    return Response(status=status.HTTP_204_NO_CONTENT)

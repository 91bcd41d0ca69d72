"""Registering and tokens."""

from rest_framework import generics, permissions
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from sessions_app.rest.throttling import RegisterThrottle, TokenThrottle
from sessions_app.serializers import CredentialsSerializer, RegisterSerializer
from sessions_app.views import openapi


class RegisterView(generics.CreateAPIView):
    """Register with a user name and a password; then get a token."""

    schema = openapi.register
    serializer_class = RegisterSerializer
    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)
    throttle_classes = (RegisterThrottle,)


class TokenView(TokenObtainPairView):
    """An access and a refresh token for a user name and a password."""

    schema = openapi.token
    serializer_class = CredentialsSerializer
    throttle_classes = (TokenThrottle,)


class TokenRefreshingView(TokenRefreshView):
    """A new pair of tokens for a refresh token, which is used up by it."""

    schema = openapi.token_refresh
    throttle_classes = (TokenThrottle,)

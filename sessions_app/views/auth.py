"""Registration and tokens."""

from rest_framework import generics, permissions
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from sessions_app.rest.throttling import RegisterThrottle, TokenThrottle
from sessions_app.serializers import CredentialsSerializer, RegisterSerializer
from sessions_app.views import openapi


class RegisterView(generics.CreateAPIView):
    """Register with a username and a password. Then request a token."""

    schema = openapi.register
    serializer_class = RegisterSerializer
    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)
    throttle_classes = (RegisterThrottle,)


class TokenView(TokenObtainPairView):
    """Exchange a username and a password for an access token and a refresh token."""

    schema = openapi.token
    serializer_class = CredentialsSerializer
    throttle_classes = (TokenThrottle,)


class TokenRefreshingView(TokenRefreshView):
    """Exchange a refresh token for a new pair of tokens. Each refresh token can be used once."""

    schema = openapi.token_refresh
    throttle_classes = (TokenThrottle,)

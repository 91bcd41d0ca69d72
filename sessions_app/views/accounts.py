"""Registering and tokens."""

from rest_framework import generics, permissions
from rest_framework.throttling import ScopedRateThrottle
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from sessions_app.serializers import RegisterSerializer


class RegisterView(generics.CreateAPIView):
    """Register with a user name and a password; then get a token."""

    serializer_class = RegisterSerializer
    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "register"


class TokenView(TokenObtainPairView):
    """An access and a refresh token for a user name and a password."""

    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "token"


class TokenRefreshingView(TokenRefreshView):
    """A new pair of tokens for a refresh token, which is used up by it."""

    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "token"

"""The REST API: who answers for the caller, in which form, and how often."""

from mindflip import env
from mindflip.settings.doors import PROXIES

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework_simplejwt.authentication.JWTAuthentication",  # first: its challenge makes a missing token a 401
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer", "rest_framework.renderers.BrowsableAPIRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "EXCEPTION_HANDLER": "sessions_app.problems.problem_response",
    "DEFAULT_THROTTLE_RATES": {
        "register": env.text("MINDFLIP_REGISTER_RATE", "20/hour", "registrations from one address"),
        "token": env.text("MINDFLIP_TOKEN_RATE", "30/minute", "token requests from one address"),
        "account": env.text("MINDFLIP_ACCOUNT_RATE", "20/hour", "requests of one user that ask for the password again"),
        "account_export": env.text("MINDFLIP_EXPORT_RATE", "20/hour", "exports of everything by one user"),
        "session": env.text("MINDFLIP_SESSION_RATE", "120/hour", "sessions opened by one user"),
    },
    "NUM_PROXIES": PROXIES,
    "DEFAULT_VERSIONING_CLASS": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

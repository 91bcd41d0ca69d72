"""The REST API: who answers for the caller, in which form, and how often."""

from mindflip import env
from mindflip.settings.doors import PROXIES

TOKEN_RATE = env.rate(
    "MINDFLIP_TOKEN_RATE",
    "30/minute burst 60",
    "token requests from one address, and sign-in attempts from one address; raise the burst for a school behind one address",
)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework_simplejwt.authentication.JWTAuthentication",  # first: its challenge makes a missing token a 401
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["sessions_app.rest.renderers.JSONRenderer", "sessions_app.rest.browsable.ExampleRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "sessions_app.rest.parsers.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["sessions_app.rest.limits.CallThrottle"],
    "EXCEPTION_HANDLER": "sessions_app.problems.problem_response",
    "DEFAULT_THROTTLE_RATES": {
        "register": env.rate(
            "MINDFLIP_REGISTER_RATE",
            "20/hour burst 60",
            "registrations from one address; raise the burst for a school behind one address",
        ),
        "token": TOKEN_RATE,
        "sign-in": TOKEN_RATE,
        "sign-in-name": env.rate("MINDFLIP_SIGN_IN_RATE", "10/minute", "sign-in attempts for one username from one address"),
        "account": env.rate("MINDFLIP_ACCOUNT_RATE", "20/hour", "requests of one user that ask for the password again"),
        "account_export": env.rate("MINDFLIP_EXPORT_RATE", "20/hour", "exports of everything by one user"),
        "session": env.rate("MINDFLIP_SESSION_RATE", "120/hour", "sessions opened by one user"),
        "calls": env.rate("MINDFLIP_CALL_RATE", "1200/minute", "REST calls of one user, or of a stranger's address; off: uncounted"),
    },
    "NUM_PROXIES": PROXIES,
    "DEFAULT_VERSIONING_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "sessions_app.rest.calls.Calls",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "MindFlip",
    "VERSION": "1.0.0",
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "DESCRIPTION": (
        "Flashcards written by a language model in the reader's own browser. JSON in camelCase, times in ISO 8601 and UTC, no trailing "
        "slashes. Errors are problem+json (RFC 9457) with a stable `code` and a sentence in `error`. Lists are pages: follow `next`."
    ),
    "OAS_VERSION": "3.1.0",
    "SERVERS": [{"url": "/", "description": "this server"}],
    "CAMELIZE_NAMES": True,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api",
    "POSTPROCESSING_HOOKS": ["sessions_app.rest.document.with_common_parts"],
}

"""All settings, read from environment variables.

If no variable is set, MindFlip is a private server on this machine. To deploy it, set
MINDFLIP_ALLOWED_HOSTS to the public host names. HTTPS and secure cookies are then the default, and
MINDFLIP_SECRET_KEY is required.

The sections are in the order of Django's settings template, and docs/settings.md lists the
variables in the same order.
"""

import logging
from datetime import timedelta
from pathlib import Path

import dj_database_url
from corsheaders.defaults import default_headers
from csp.constants import NONCE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy

from mindflip import env
from mindflip.embedded import state
from mindflip.embedded.static_files import MODULES

# --- Paths: the code and the data folder ---
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(
    env.text(
        "MINDFLIP_DATA_DIR",
        str(BASE_DIR / "var"),
        "folder for everything a run writes",
        shown="var",
    )
)

# --- Security: hosts, origins, HTTPS and the content security policy ---
ALLOWED_HOSTS = env.listing(
    "MINDFLIP_ALLOWED_HOSTS",
    [],
    "host names this server answers to; empty: this machine only",
    env.host,
)
IS_PRIVATE = not ALLOWED_HOSTS
if IS_PRIVATE:
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
DEBUG = env.boolean(
    "MINDFLIP_DEBUG", False, "Django's debug pages; never where others can reach the server"
)
SECRET_KEY = env.text(
    "MINDFLIP_SECRET_KEY",
    "",
    "signs cookies, tokens and tickets; needed with MINDFLIP_ALLOWED_HOSTS",
    "made at first start",
    env.secret_key,
    True,
)
if not SECRET_KEY:
    if not IS_PRIVATE:
        raise ImproperlyConfigured(
            f"{env.variable_of('MINDFLIP_ALLOWED_HOSTS')} is set, so MINDFLIP_SECRET_KEY must be"
            " too: give 50 or more random characters."
        )
    SECRET_KEY = state.secret_key(DATA_DIR)
SECRET_KEY_FALLBACKS = env.listing(
    "MINDFLIP_SECRET_KEY_FALLBACKS",
    [],
    "previous secret keys; existing sign-ins stay valid",
    is_secret=True,
)
ALLOWED_ORIGINS = env.listing(
    "MINDFLIP_ALLOWED_ORIGINS",
    [],
    "origins of other sites whose pages may call this server, as https://app.example.org",
    env.origin,
)
IS_HTTPS = env.boolean(
    "MINDFLIP_HTTPS",
    not IS_PRIVATE,
    "served over HTTPS: redirects, HSTS, secure cookies",
    shown="1 with MINDFLIP_ALLOWED_HOSTS, else 0",
)
PORT = env.integer("MINDFLIP_PORT", 3000, "port of the pages and the API", least=1, most=65_535)
BIND = env.text(
    "MINDFLIP_BIND",
    "127.0.0.1",
    "address to listen on; 0.0.0.0 lets other machines in, name them in MINDFLIP_ALLOWED_HOSTS too",
    validator=env.bind,
)
TRUSTED_PROXY_COUNT = env.integer(
    "MINDFLIP_TRUSTED_PROXY_COUNT",
    0,
    "number of your own proxies in front of this server, which set X-Forwarded-For and -Proto",
    least=0,
)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = list(ALLOWED_ORIGINS)
CORS_ALLOWED_ORIGINS = list(ALLOWED_ORIGINS)
LOCALHOST_ORIGIN = r"^http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$"
CORS_ALLOWED_ORIGIN_REGEXES = [LOCALHOST_ORIGIN] if IS_PRIVATE else []
CORS_URLS_REGEX = r"^/(api|models)/.*$"
CORS_EXPOSE_HEADERS = [
    *("Location", "Retry-After", "ETag", "Link", "Content-Disposition"),
    *("RateLimit", "RateLimit-Policy", "Idempotency-Replayed"),
]
CORS_ALLOW_HEADERS = [*default_headers, "if-none-match", "idempotency-key"]
# The models of WebLLM's own list have their weights on huggingface.co, which redirects downloads to
# storage hosts, and their libraries on raw.githubusercontent.com.
MODEL_HOSTS = env.listing(
    "MINDFLIP_MODEL_HOSTS",
    [
        "https://huggingface.co",
        "https://*.huggingface.co",
        "https://*.hf.co",
        "https://raw.githubusercontent.com",
    ],
    "hosts a page may load models from, beside this server",
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE, "'wasm-unsafe-eval'", "blob:"],
        "worker-src": [SELF, "blob:"],
        "manifest-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF, "blob:", "data:", *MODEL_HOSTS],
        "base-uri": ["'none'"],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    },
}

# --- Apps ---
INSTALLED_APPS = [
    "daphne",  # before staticfiles, because it replaces runserver
    "mindflip.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic",
    "django.contrib.staticfiles",
    "channels",
    "corsheaders",
    "csp",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "mindflip.apps.MindFlipConfig",
    "sessions_app",
    "flashcards",
]

# --- Middleware, in the order in which it receives requests ---
MIDDLEWARE = [
    # CSPMiddleware is first, so that every response has the policy: also files, because a worker
    # has the policy of its script, and responses of middleware that rejects a request.
    "csp.middleware.CSPMiddleware",
    # Probes use neither our host names nor HTTPS, so they must come before those are checked.
    "mindflip.monitoring.middleware.ProbesMiddleware",
    "mindflip.monitoring.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "mindflip.middleware.CrossOriginIsolationMiddleware",
    "mindflip.language.LanguageMiddleware",
    "mindflip.request_text.RequestTextMiddleware",  # before anything reads the query
    "mindflip.middleware.FilesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",  # adds user.is_verified()
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",  # last, because it replaces the response of a view
]

# --- URLs and templates ---
ROOT_URLCONF = "mindflip.urls"
APPEND_SLASH = False  # the URLs of the API have no trailing slash
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
            "builtins": ["django.templatetags.i18n"],
        },
    },
]
ASGI_APPLICATION = "mindflip.asgi.application"

# --- Database: PostgreSQL ---
EMBEDDED = state.addresses(DATA_DIR)
DATABASE_URL = env.text(
    "DATABASE_URL",
    EMBEDDED.database_url,
    "PostgreSQL, as postgresql://user:password@host:5432/name",
    shown="the embedded server",
    is_secret=True,
)
try:
    DATABASES = {"default": dj_database_url.parse(DATABASE_URL)}
except (ValueError, KeyError) as error:
    raise ImproperlyConfigured(
        f"DATABASE_URL is not usable ({error}): give postgresql://user:password@host:5432/name."
    ) from None
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured(
        "DATABASE_URL must name a PostgreSQL server: postgresql://user:password@host:5432/name."
    )
if not DATABASES["default"]["NAME"]:
    raise ImproperlyConfigured(
        "DATABASE_URL names no database: give postgresql://user:password@host:5432/name."
    )
DATABASE_POOL = env.integer(
    "MINDFLIP_DATABASE_POOL",
    8,
    "database connections a process may hold at once, half of them for sockets",
    least=2,
)
# After a restart of PostgreSQL, no request gets a broken connection. A check takes 40 µs.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
    "min_size": 1,
    "max_size": DATABASE_POOL,
    "timeout": 10,
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis: the cache and the channel layer ---
REDIS_URL = env.text(
    "REDIS_URL",
    EMBEDDED.redis_url,
    "Redis or Valkey, as redis://host:6379/0",
    "the embedded server",
    env.redis_url,
    is_secret=True,
)
REDIS_PREFIX = env.text(
    "MINDFLIP_REDIS_PREFIX",
    "mindflip",
    "first part of every Redis key and channel, for a shared Redis",
    validator=env.prefix,
)
CHANNEL_URLS = env.listing(
    "MINDFLIP_CHANNEL_URLS",
    [],
    "Redis servers that events between processes are spread over, instead of REDIS_URL; the same"
    " everywhere",
    validator=env.redis_url,
    is_secret=True,
)
CACHES = {
    "default": {
        "BACKEND": "mindflip.cache.JSONRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": REDIS_PREFIX,
        # A Redis that accepts connections but does not respond counts as unavailable. Without a
        # timeout, every request would wait for it.
        "OPTIONS": {
            "serializer": "mindflip.cache.JSONSerializer",
            "socket_timeout": 5,
            "socket_connect_timeout": 5,
        },
    },
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # A subscriber must be able to wait for messages indefinitely. Newer versions of redis-py
        # have a default timeout. They also send the name of the library on each new connection,
        # which the server refuses if a subscription was sent first.
        "CONFIG": {
            "hosts": [
                {"address": url, "socket_timeout": None, "driver_info": None}
                for url in CHANNEL_URLS or [REDIS_URL]
            ],
            "prefix": REDIS_PREFIX,
        },
    },
}

# --- Accounts: passwords, lockout and second factor ---
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_HASHERS = ["sessions_app.hashers.PasswordHasher"]
# The first backend checks passwords. The second one is only for sessions and permissions.
AUTHENTICATION_BACKENDS = [
    "sessions_app.lockout.LockoutBackend",
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
ADMIN_SECOND_FACTOR = env.boolean(
    "MINDFLIP_ADMIN_SECOND_FACTOR",
    False,
    "the admin asks for a code beside the password: see second_factor",
)
OTP_TOTP_ISSUER = "MindFlip"
# Operators who can view the admin's tables must not see the keys of authenticator apps.
OTP_ADMIN_HIDE_SENSITIVE_DATA = True
MAX_SIGN_IN_FAILURES = env.integer(
    "MINDFLIP_MAX_SIGN_IN_FAILURES",
    10,
    "wrong passwords for one name from one address that lock both out",
    least=1,
)
SIGN_IN_LOCKOUT_SECONDS = env.integer(
    "MINDFLIP_SIGN_IN_LOCKOUT_SECONDS", 900, "how long that lockout lasts", least=1
)
AXES_FAILURE_LIMIT = MAX_SIGN_IN_FAILURES
AXES_COOLOFF_TIME = timedelta(seconds=SIGN_IN_LOCKOUT_SECONDS)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "sessions_app.lockout.locked_out"
AXES_CLIENT_IP_CALLABLE = "sessions_app.lockout.client_address"
AXES_USERNAME_CALLABLE = "sessions_app.lockout.client_username"
AXES_RESET_ON_SUCCESS = True
# The lockout ends at the time that the user was shown, even if they continue to try.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # successful sign-ins and their addresses are not recorded
AXES_VERBOSE = False

# --- Internationalization ---
LANGUAGE_CODE = "en"
# Each language but English needs its catalogues in mindflip/locale (docs/translating.md).
LANGUAGES = [("en", gettext_lazy("English"))]
LOCALE_PATHS = [DATA_DIR / "locale"]  # the compiled catalogues
TIME_ZONE = "UTC"
USE_TZ = True

# --- Static files: our own files, modules from npm and the operator's models ---
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    *((f"vendor/{name}", BASE_DIR / "node_modules" / path) for name, path in MODULES.items()),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "mindflip.storage.StaticStorage"},
}
MINDFLIP_MODELS_DIR = Path(
    env.text(
        "MINDFLIP_MODELS_DIR",
        str(DATA_DIR / "models"),
        "folder of models served to this server's own users",
        shown="var/models",
    )
)
MINDFLIP_ANSWER_CHECK_MODELS = env.listing(
    "MINDFLIP_ANSWER_CHECK_MODELS",
    [],
    "ids of models that check the answers of cards made from notes, see docs/cards.md",
)

# --- REST API: tokens, rates and the OpenAPI document ---
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(
        minutes=env.integer(
            "MINDFLIP_ACCESS_TOKEN_MINUTES", 60, "minutes an access token is good for", least=1
        )
    ),
    "REFRESH_TOKEN_LIFETIME": timedelta(
        days=env.integer(
            "MINDFLIP_REFRESH_TOKEN_DAYS", 30, "days a refresh token is good for", least=1
        )
    ),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "UPDATE_LAST_LOGIN": False,
    "CHECK_REVOKE_TOKEN": True,  # a password change revokes all older tokens
    "TOKEN_REFRESH_SERIALIZER": "sessions_app.auth.RefreshSerializer",
}
TOKEN_RATE = env.rate(
    "MINDFLIP_TOKEN_RATE",
    "30/minute burst 60",
    "token requests from one address, and sign-in attempts from one address; raise the burst for a"
    " school behind one address",
)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # The first class defines the challenge for a missing token, so the status is 401.
        "rest_framework_simplejwt.authentication.JWTAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": [
        "sessions_app.rest.renderers.JSONRenderer",
        "sessions_app.rest.renderers.ExampleRenderer",
    ],
    "DEFAULT_PARSER_CLASSES": [
        "sessions_app.rest.parsers.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["sessions_app.rest.throttling.CallThrottle"],
    "EXCEPTION_HANDLER": "sessions_app.problems.problem_response",
    "DEFAULT_THROTTLE_RATES": {
        "register": env.rate(
            "MINDFLIP_REGISTER_RATE",
            "20/hour burst 60",
            "registrations from one address; raise the burst for a school behind one address",
        ),
        "token": TOKEN_RATE,
        "sign-in": TOKEN_RATE,
        "sign-in-name": env.rate(
            "MINDFLIP_SIGN_IN_RATE",
            "10/minute",
            "sign-in attempts for one username from one address",
        ),
        "account": env.rate(
            "MINDFLIP_ACCOUNT_RATE",
            "20/hour",
            "requests of one user that ask for the password again",
        ),
        "account_export": env.rate(
            "MINDFLIP_EXPORT_RATE", "20/hour", "exports of everything by one user"
        ),
        "session": env.rate("MINDFLIP_SESSION_RATE", "120/hour", "sessions opened by one user"),
        "calls": env.rate(
            "MINDFLIP_API_RATE",
            "1200/minute",
            "REST calls of one user, or of a stranger's address; off: uncounted",
        ),
    },
    "NUM_PROXIES": TRUSTED_PROXY_COUNT,
    "DEFAULT_VERSIONING_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "sessions_app.rest.openapi.ApiSchema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "MindFlip",
    "VERSION": "1.0.0",
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "DESCRIPTION": (
        "Flashcards written by a language model in the reader's own browser. JSON in camelCase,"
        " times in ISO 8601 and UTC, no trailing slashes. Errors are problem+json (RFC 9457) with a"
        " stable `code` and a sentence in `error`. Lists are pages: follow `next`."
    ),
    "OAS_VERSION": "3.1.0",
    "SERVERS": [{"url": "/", "description": "this server"}],
    "CAMELIZE_NAMES": True,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api",
    "POSTPROCESSING_HOOKS": ["sessions_app.rest.openapi.with_common_parts"],
}

# --- Celery ---
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"{REDIS_PREFIX}:celery:"}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
SWEEP_SECONDS = env.integer(
    "MINDFLIP_SWEEP_SECONDS",
    15,
    "how often generations that no engine answers are looked for",
    least=1,
)
WORKER_HEARTBEAT_TIMEOUT = env.integer(
    "MINDFLIP_WORKER_HEARTBEAT_TIMEOUT",
    60,
    "seconds after their last heartbeat until /readyz reports the worker or beat as missing",
    least=3,
)
CELERY_BEAT_SCHEDULE = {
    "record-beat-heartbeat": {
        "task": "mindflip.tasks.record_beat_heartbeat",
        "schedule": WORKER_HEARTBEAT_TIMEOUT / 6,
        # Without a worker, tasks that do not expire would pile up.
        "options": {"expires": WORKER_HEARTBEAT_TIMEOUT},
    },
    "expire-idle-sessions": {"task": "sessions_app.tasks.expire_idle_sessions", "schedule": 60.0},
    "recover-generations": {
        "task": "sessions_app.tasks.recover_generations",
        "schedule": float(SWEEP_SECONDS),
    },
    "refresh-hourly-stats": {"task": "sessions_app.tasks.refresh_hourly_stats", "schedule": 60.0},
    "empty-trash": {"task": "flashcards.tasks.empty_trash", "schedule": 3600.0},
    "delete-old-drafts": {"task": "flashcards.tasks.delete_old_drafts", "schedule": 3600.0},
    "delete-old-sessions": {"task": "sessions_app.tasks.delete_old_sessions", "schedule": 3600.0},
    "finish-account-deletions": {
        "task": "sessions_app.tasks.finish_account_deletions",
        "schedule": 60.0,
    },
    "delete-expired-logins": {
        "task": "sessions_app.tasks.delete_expired_logins",
        "schedule": 3600.0,
    },
}

# --- Logging and error reports ---
LOG_LEVEL = env.choice(
    "MINDFLIP_LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"], "how much is logged"
)
LOG_FORMAT = env.choice(
    "MINDFLIP_LOG_FORMAT",
    "line" if IS_PRIVATE else "json",
    ["line", "json"],
    "line: for people; json: an object a line, see docs/monitoring.md",
    shown="json with MINDFLIP_ALLOWED_HOSTS, else line",
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "mindflip.monitoring.logging.LineFormatter"},
        "json": {"()": "mindflip.monitoring.logging.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # With MINDFLIP_DEBUG, Django's own handlers would log everything twice.
        "django": {"handlers": [], "level": LOG_LEVEL},
        **{name: {"level": "WARNING"} for name in ("axes", "httpx", "daphne")},
        # At DEBUG, these loggers log everything that they process: SQL with its values, the source
        # of functions and whole documents.
        **{
            name: {"level": "WARNING"}
            for name in ("django.db.backends", "markdown_it", "celery.utils.functional", "urllib3")
        },
    },
}
logging.captureWarnings(True)
SENTRY_DSN = env.text(
    "SENTRY_DSN",
    "",
    "where errors are reported to, as https://key@sentry.example.org/1; empty: nowhere",
    validator=env.dsn,
    is_secret=True,
)

# --- Monitoring and shutdown ---
METRICS_ADDRESSES = env.listing(
    "MINDFLIP_METRICS_ADDRESSES",
    ["127.0.0.0/8", "::1"],
    "addresses and networks that may read /metrics without a token",
    env.network,
)
METRICS_TOKEN = env.text(
    "MINDFLIP_METRICS_TOKEN",
    "",
    "bearer token with which anybody may read /metrics; empty: nobody by a token",
    is_secret=True,
)
WORKER_METRICS_PORT = env.integer(
    "MINDFLIP_WORKER_METRICS_PORT",
    0,
    "port of the worker's own /metrics on 127.0.0.1; 0: none",
    least=0,
    most=65_535,
)
SHUTDOWN_TIMEOUT = env.integer(
    "MINDFLIP_SHUTDOWN_TIMEOUT",
    20,
    "seconds that a server takes to stop at most, to finish requests and to close its sockets",
    least=1,
)
SHUTDOWN_DELAY = env.integer(
    "MINDFLIP_SHUTDOWN_DELAY",
    0,
    "seconds of these that /readyz returns 503 before connections are closed, for load balancers",
    least=0,
)

# --- Product: sessions and generations ---
SESSION_IDLE_SECONDS = env.integer(
    "MINDFLIP_SESSION_IDLE_SECONDS", 1800, "inactivity after which a session expires", least=1
)
SESSION_ACTIVITY_INTERVAL = env.integer(
    "MINDFLIP_SESSION_ACTIVITY_INTERVAL",
    30,
    "minimum seconds between writes of a session's last-activity time",
    least=0,
)
SESSION_RETENTION_DAYS = env.integer(
    "MINDFLIP_SESSION_RETENTION_DAYS",
    30,
    "days a closed or expired session can still be read",
    least=1,
)
MAX_SESSIONS_PER_USER = env.integer(
    "MINDFLIP_MAX_SESSIONS_PER_USER", 20, "sessions one user may have open", least=1
)
MAX_QUEUED_PER_USER = env.integer(
    "MINDFLIP_MAX_QUEUED_PER_USER", 20, "unfinished generations one user may have", least=1
)
QUEUE_TIMEOUT_SECONDS = env.integer(
    "MINDFLIP_QUEUE_TIMEOUT_SECONDS", 600, "how long a generation waits for an engine", least=1
)
LEASE_SECONDS = env.integer(
    "MINDFLIP_LEASE_SECONDS", 150, "how long an engine may work before it must be heard of", least=1
)
LEASE_GRACE_SECONDS = env.integer(
    "MINDFLIP_LEASE_GRACE_SECONDS", 30, "how long a dropped engine may take to come back", least=0
)
ENGINE_TIMEOUT_SECONDS = env.integer(
    "MINDFLIP_ENGINE_TIMEOUT_SECONDS",
    60,
    "seconds after its last message until an engine counts as disconnected",
    least=1,
)
RESUME_LIMIT = env.integer(
    "MINDFLIP_RESUME_LIMIT",
    1000,
    "most generations replayed to a reconnecting client; above it a snapshot is sent",
    least=1,
)
# Replayed generations are read and sent in pages of this size. This limits the memory that a socket
# takes if its client does not read.
RESUME_PAGE_BYTES = 524_288
RESUME_BYTES_PER_SECOND = env.integer(
    "MINDFLIP_RESUME_BYTES_PER_SECOND",
    1_048_576,
    "bytes a second that `resume` may send again on one socket",
    least=1024,
)
HEARTBEAT_SECONDS = env.integer(
    "MINDFLIP_HEARTBEAT_SECONDS", 25, "how often a socket is asked whether it is there", least=1
)
MAX_ATTEMPTS = env.integer(
    "MINDFLIP_MAX_ATTEMPTS", 3, "engines tried for one generation before it fails", least=1
)
RESULT_CACHE_SECONDS = env.integer(
    "MINDFLIP_RESULT_CACHE_SECONDS",
    604_800,
    "how long a result answers the same request again",
    least=1,
)
SOCKET_RATE = env.integer(
    "MINDFLIP_SOCKET_RATE", 100, "messages a second one socket may send", least=1
)
SOCKET_BURST = env.integer(
    "MINDFLIP_SOCKET_BURST", 200, "messages one socket may send at once", least=1
)
# The default is larger than any result, because an engine sends at most three responses of up to
# RESPONSE_MAX_BYTES for one.
SOCKET_UNSENT_MAX_BYTES = env.integer(
    "MINDFLIP_SOCKET_UNSENT_MAX_BYTES",
    4_194_304,
    "bytes that may wait for the client of one socket, besides the message being sent; above it the"
    " socket is closed",
    least=1_048_576,
)
SOCKET_STALLED_SECONDS = env.integer(
    "MINDFLIP_SOCKET_STALLED_SECONDS",
    30,
    "seconds after which a socket whose client does not read is closed",
    least=1,
)
MESSAGE_MAX_BYTES = env.integer(
    "MINDFLIP_MESSAGE_MAX_BYTES", 65_536, "largest message on a socket, in bytes", least=1024
)
RESPONSE_MAX_BYTES = env.integer(
    "MINDFLIP_RESPONSE_MAX_BYTES", 1_048_576, "largest response of an engine, in bytes", least=1024
)

# --- Product: decks and imports ---
TRASH_DAYS = env.integer(
    "MINDFLIP_TRASH_DAYS",
    30,
    "days until decks and cards in the trash are deleted permanently",
    least=1,
)
DRAFT_RETENTION_DAYS = env.integer(
    "MINDFLIP_DRAFT_RETENTION_DAYS",
    30,
    "days until unsaved cards are deleted after their last change",
    least=1,
)
IMPORT_MAX_MEGABYTES = env.integer(
    "MINDFLIP_IMPORT_MAX_MEGABYTES", 100, "largest file that can be imported, in megabytes", least=1
)
IMPORT_MAX_CARDS = env.integer(
    "MINDFLIP_IMPORT_MAX_CARDS", 20_000, "most cards that one file can contain", least=1
)
IMPORT_TIME_LIMIT = env.integer(
    "MINDFLIP_IMPORT_TIME_LIMIT", 120, "seconds that reading and saving one file may take", least=1
)

# --- Product: retention of other data (docs/data.md) ---
PROMPT_RETENTION_DAYS = env.integer(
    "MINDFLIP_PROMPT_RETENTION_DAYS",
    30,
    "days after a session's end until what was written in it is blanked",
    least=1,
)
AUDIT_LOG_RETENTION_DAYS = env.integer(
    "MINDFLIP_AUDIT_LOG_RETENTION_DAYS", 365, "days that the log of the admin is kept", least=1
)
FAILED_SIGN_IN_RETENTION_DAYS = env.integer(
    "MINDFLIP_FAILED_SIGN_IN_RETENTION_DAYS", 7, "days that failed sign-ins are kept", least=1
)
INACTIVE_ACCOUNT_DAYS = env.integer(
    "MINDFLIP_INACTIVE_ACCOUNT_DAYS",
    0,
    "days after which an account that nobody uses is erased; 0: never",
    least=0,
)
# One task deletes four kinds of data in turn. Together they must fit into CELERY_TASK_TIME_LIMIT,
# or the last kinds would never be deleted.
CLEANUP_TIME_LIMIT = env.integer(
    "MINDFLIP_CLEANUP_TIME_LIMIT",
    60,
    "seconds that one run deletes old data of one kind, 60 at most",
    least=1,
    most=60,
)

"""All settings, read from the environment. A clone runs with none set: that is a private server on this machine.

Naming the public hosts (MINDFLIP_HOSTS) is what turns a private server into a deployment: HTTPS, secure cookies and
a secret key of one's own are then required.
"""

from datetime import timedelta
from pathlib import Path

import dj_database_url
from csp.constants import NONCE, SELF
from django.core.exceptions import ImproperlyConfigured

from mindflip import env
from mindflip.embedded import state

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("MINDFLIP_VAR", str(BASE_DIR / "var"), "folder for everything a run writes", shown="var"))

# --- who may come in -------------------------------------------------------------------------------------------------
MINDFLIP_HOSTS = env.listing("MINDFLIP_HOSTS", [], "host names this server answers to; empty: this machine only")
IS_PRIVATE = not MINDFLIP_HOSTS
ALLOWED_HOSTS = MINDFLIP_HOSTS or ["localhost", "127.0.0.1", "[::1]"]
DEBUG = env.boolean("MINDFLIP_DEBUG", False, "Django's debug pages; never where others can reach the server")
SECRET_KEY = env.text(
    "MINDFLIP_SECRET_KEY", "", "signs cookies, tokens and tickets; needed with MINDFLIP_HOSTS", shown="made at first start"
)
if not SECRET_KEY:
    if not IS_PRIVATE:
        raise ImproperlyConfigured("MINDFLIP_HOSTS is set, so MINDFLIP_SECRET_KEY must be too: give 50 or more random characters.")
    SECRET_KEY = state.secret_key(VAR_DIR)
MINDFLIP_ORIGINS = env.listing(
    "MINDFLIP_ORIGINS", [], "origins of other sites whose pages may call this server, as https://app.example.org"
)
IS_HTTPS = env.boolean(
    "MINDFLIP_HTTPS", not IS_PRIVATE, "served over HTTPS: redirects, HSTS, secure cookies", shown="1 with MINDFLIP_HOSTS, else 0"
)
PORT = env.integer("MINDFLIP_PORT", 3000, "port of the pages and the API", least=1)
BIND = env.text("MINDFLIP_BIND", "127.0.0.1", "address to listen on; 0.0.0.0 lets other machines in, name them in MINDFLIP_HOSTS too")
PROXIES = env.integer("MINDFLIP_PROXIES", 0, "how many proxies of ours stand in front and set X-Forwarded-For and -Proto")
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = list(MINDFLIP_ORIGINS)
CORS_ALLOWED_ORIGINS = list(MINDFLIP_ORIGINS)
LOCALHOST_ORIGIN = r"^http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$"
CORS_ALLOWED_ORIGIN_REGEXES = [LOCALHOST_ORIGIN] if IS_PRIVATE else []
CORS_URLS_REGEX = r"^/(api|models)/.*$"
CORS_EXPOSE_HEADERS = ["Location", "Retry-After"]

# --- what is installed -----------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "daphne",  # before staticfiles: it replaces runserver
    "django.contrib.admin",
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
    "mindflip.apps.MindFlipConfig",
    "sessions_app",
    "flashcards",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "mindflip.middleware.CrossOriginIsolationMiddleware",
    "mindflip.middleware.FilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "mindflip.urls"
ASGI_APPLICATION = "mindflip.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False  # the contract's addresses have no trailing slash
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
        },
    },
]
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

# --- PostgreSQL and Redis --------------------------------------------------------------------------------------------
EMBEDDED = state.addresses(VAR_DIR)
DATABASE_URL = env.text(
    "DATABASE_URL", EMBEDDED.database_url, "PostgreSQL, as postgresql://user:password@host:5432/name", shown="the embedded server"
)
REDIS_URL = env.text("REDIS_URL", EMBEDDED.redis_url, "Redis or Valkey, as redis://host:6379/0", shown="the embedded server")
REDIS_PREFIX = env.text("MINDFLIP_REDIS_PREFIX", "mindflip", "first part of every Redis key and channel, for a shared Redis")
try:
    DATABASES = {"default": dj_database_url.parse(DATABASE_URL)}
except (ValueError, KeyError) as error:
    raise ImproperlyConfigured(f"DATABASE_URL is not usable ({error}): give postgresql://user:password@host:5432/name.") from None
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL server: postgresql://user:password@host:5432/name.")
if not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    raise ImproperlyConfigured("REDIS_URL must look like redis://host:6379/0.")
DATABASE_POOL = env.integer("MINDFLIP_DATABASE_POOL", 8, "database connections a process may hold at once", least=1)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # after a restart of PostgreSQL nobody gets a dead connection: 40 µs a hop
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": DATABASE_POOL, "timeout": 10}
CACHES = {
    "default": {
        "BACKEND": "mindflip.cache.JSONRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": REDIS_PREFIX,
        "OPTIONS": {"serializer": "mindflip.cache.JSONSerializer"},
    },
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # socket_timeout: a subscriber waits for as long as nothing is said; newer redis-py would cut it off
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": None}], "prefix": REDIS_PREFIX},
    },
}
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"{REDIS_PREFIX}:celery:"}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
SWEEP_SECONDS = env.integer("MINDFLIP_SWEEP_SECONDS", 15, "how often generations that no engine answers are looked for", least=1)
CELERY_BEAT_SCHEDULE = {
    "expire-idle-sessions": {"task": "sessions_app.tasks.expire_idle_sessions", "schedule": 60.0},
    "recover-generations": {"task": "sessions_app.tasks.recover_generations", "schedule": float(SWEEP_SECONDS)},
    "empty-bin": {"task": "flashcards.tasks.empty_bin", "schedule": 3600.0},
    "delete-old-sessions": {"task": "sessions_app.tasks.delete_old_sessions", "schedule": 3600.0},
}

# --- files -----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/web-llm", NODE_MODULES / "@mlc-ai/web-llm/lib"),
    ("vendor/wllama", NODE_MODULES / "@wllama/wllama/esm"),
    ("vendor/wllama-compat", NODE_MODULES / "@wllama/wllama-compat/wasm"),
    ("vendor/katex", NODE_MODULES / "katex/dist"),
    ("vendor/markdown-it", NODE_MODULES / "markdown-it/dist/browser"),
    ("vendor/dompurify", NODE_MODULES / "dompurify/dist"),
    ("vendor/ts-fsrs", NODE_MODULES / "ts-fsrs/dist"),
    ("vendor/uplot", NODE_MODULES / "uplot/dist"),
    ("vendor/pdfjs", NODE_MODULES / "pdfjs-dist/build"),
    ("vendor/pdfjs-cmaps", NODE_MODULES / "pdfjs-dist/cmaps"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "mindflip.storage.StaticStorage"},
}
MINDFLIP_MODELS_DIR = Path(
    env.text("MINDFLIP_MODELS_DIR", str(VAR_DIR / "models"), "folder of models served to this server's own users", shown="var/models")
)

# --- sign-in ---------------------------------------------------------------------------------------------------------
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.integer("MINDFLIP_ACCESS_MINUTES", 60, "minutes an access token is good for", least=1)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.integer("MINDFLIP_REFRESH_DAYS", 30, "days a refresh token is good for", least=1)),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "UPDATE_LAST_LOGIN": False,
}
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
        "session": env.text("MINDFLIP_SESSION_RATE", "120/hour", "sessions opened by one user"),
    },
    "NUM_PROXIES": PROXIES,
    "DEFAULT_VERSIONING_CLASS": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

# --- sessions and generations ----------------------------------------------------------------------------------------
SESSION_IDLE_SECONDS = env.integer("MINDFLIP_SESSION_IDLE_SECONDS", 1800, "inactivity after which a session expires", least=1)
SESSION_TOUCH_SECONDS = env.integer("MINDFLIP_SESSION_TOUCH_SECONDS", 30, "how seldom activity is written down per session", least=0)
SESSION_KEPT_DAYS = env.integer("MINDFLIP_SESSION_KEPT_DAYS", 30, "days a closed or expired session can still be read", least=1)
SESSIONS_PER_USER = env.integer("MINDFLIP_SESSIONS_PER_USER", 20, "sessions one user may have open", least=1)
QUEUE_PER_USER = env.integer("MINDFLIP_QUEUE_PER_USER", 20, "unfinished generations one user may have", least=1)
QUEUE_TIMEOUT_SECONDS = env.integer("MINDFLIP_QUEUE_TIMEOUT_SECONDS", 600, "how long a generation waits for an engine", least=1)
LEASE_SECONDS = env.integer("MINDFLIP_LEASE_SECONDS", 150, "how long an engine may work before it must be heard of", least=1)
LEASE_GRACE_SECONDS = env.integer("MINDFLIP_LEASE_GRACE_SECONDS", 30, "how long a dropped engine may take to come back", least=0)
ENGINE_PRESENT_SECONDS = env.integer("MINDFLIP_ENGINE_PRESENT_SECONDS", 60, "how long a silent engine counts as there", least=1)
RESUME_GENERATIONS = env.integer("MINDFLIP_RESUME_GENERATIONS", 1000, "changed generations told one by one to who returns", least=1)
HEARTBEAT_SECONDS = env.integer("MINDFLIP_HEARTBEAT_SECONDS", 25, "how often a socket is asked whether it is there", least=1)
ATTEMPTS = env.integer("MINDFLIP_ATTEMPTS", 3, "engines tried for one generation before it fails", least=1)
RESULT_CACHE_SECONDS = env.integer("MINDFLIP_RESULT_CACHE_SECONDS", 604_800, "how long a result answers the same request again", least=1)
SOCKET_RATE = env.integer("MINDFLIP_SOCKET_RATE", 100, "messages a second one socket may send", least=1)
SOCKET_BURST = env.integer("MINDFLIP_SOCKET_BURST", 200, "messages one socket may send at once", least=1)
MESSAGE_BYTES = env.integer("MINDFLIP_MESSAGE_BYTES", 65_536, "largest message on a socket", least=1024)
RESPONSE_BYTES = env.integer("MINDFLIP_RESPONSE_BYTES", 1_048_576, "largest response of an engine", least=1024)

# --- decks -----------------------------------------------------------------------------------------------------------
BIN_DAYS = env.integer("MINDFLIP_BIN_DAYS", 30, "days after which deleted decks and cards are gone for good", least=1)

# --- imports ---------------------------------------------------------------------------------------------------------
IMPORT_MEGABYTES = env.integer("MINDFLIP_IMPORT_MEGABYTES", 100, "largest file with cards that may be imported", least=1)
IMPORT_CARDS = env.integer("MINDFLIP_IMPORT_CARDS", 20_000, "most cards that one import may bring", least=1)
IMPORT_SECONDS = env.integer("MINDFLIP_IMPORT_SECONDS", 120, "how long reading and saving one file may take", least=1)

# --- browser policies ------------------------------------------------------------------------------------------------
# WebLLM's own list keeps weights on huggingface.co (which hands downloads on to storage hosts), libraries on raw.githubusercontent.com.
MODEL_HOSTS = env.listing(
    "MINDFLIP_MODEL_HOSTS",
    ["https://huggingface.co", "https://*.huggingface.co", "https://*.hf.co", "https://raw.githubusercontent.com"],
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

# --- logs ------------------------------------------------------------------------------------------------------------
LOG_LEVEL = env.choice("MINDFLIP_LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"], "how much is logged")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"httpx": {"level": "WARNING"}, "daphne": {"level": "WARNING"}},
}

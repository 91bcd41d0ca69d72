"""PostgreSQL, Redis, and what runs on them: the cache, the channel layer, Celery."""

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from mindflip import env, spelling
from mindflip.embedded import state
from mindflip.settings.operating import WORKER_SEEN_SECONDS
from mindflip.settings.paths import VAR_DIR

EMBEDDED = state.addresses(VAR_DIR)
DATABASE_URL = env.text(
    "DATABASE_URL", EMBEDDED.database_url, "PostgreSQL, as postgresql://user:password@host:5432/name", shown="the embedded server"
)
REDIS_URL = env.text(
    "REDIS_URL", EMBEDDED.redis_url, "Redis or Valkey, as redis://host:6379/0", "the embedded server", spelling.redis_url, is_secret=True
)
REDIS_PREFIX = env.text(
    "MINDFLIP_REDIS_PREFIX", "mindflip", "first part of every Redis key and channel, for a shared Redis", spelled=spelling.prefix
)
CHANNEL_URLS = env.listing(
    "MINDFLIP_CHANNEL_URLS",
    [],
    "Redis servers that events between processes are spread over, instead of REDIS_URL; the same everywhere",
    spelled=spelling.redis_url,
    is_secret=True,
)
try:
    DATABASES = {"default": dj_database_url.parse(DATABASE_URL)}
except (ValueError, KeyError) as error:
    raise ImproperlyConfigured(f"DATABASE_URL is not usable ({error}): give postgresql://user:password@host:5432/name.") from None
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL server: postgresql://user:password@host:5432/name.")
if not DATABASES["default"]["NAME"]:
    raise ImproperlyConfigured("DATABASE_URL names no database: give postgresql://user:password@host:5432/name.")
DATABASE_POOL = env.integer(
    "MINDFLIP_DATABASE_POOL", 8, "database connections a process may hold at once, half of them for sockets", least=2
)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # after a restart of PostgreSQL nobody gets a dead connection: 40 µs a hop
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": DATABASE_POOL, "timeout": 10}
CACHES = {
    "default": {
        "BACKEND": "mindflip.cache.JSONRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": REDIS_PREFIX,
        # a Redis that is there and says nothing counts as gone: without a limit every request would wait for it
        "OPTIONS": {"serializer": "mindflip.cache.JSONSerializer", "socket_timeout": 5, "socket_connect_timeout": 5},
    },
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # socket_timeout: a subscriber waits for as long as nothing is said; newer redis-py would cut it off
        "CONFIG": {"hosts": [{"address": url, "socket_timeout": None} for url in CHANNEL_URLS or [REDIS_URL]], "prefix": REDIS_PREFIX},
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
    "beat-is-seen": {
        "task": "mindflip.tasks.beat_is_seen",
        "schedule": WORKER_SEEN_SECONDS / 6,
        "options": {"expires": WORKER_SEEN_SECONDS},  # without a worker they would pile up
    },
    "expire-idle-sessions": {"task": "sessions_app.tasks.expire_idle_sessions", "schedule": 60.0},
    "recover-generations": {"task": "sessions_app.tasks.recover_generations", "schedule": float(SWEEP_SECONDS)},
    "refresh-figures": {"task": "sessions_app.tasks.refresh_figures", "schedule": 60.0},
    "empty-bin": {"task": "flashcards.tasks.empty_bin", "schedule": 3600.0},
    "delete-old-sessions": {"task": "sessions_app.tasks.delete_old_sessions", "schedule": 3600.0},
    "finish-erasures": {"task": "sessions_app.tasks.finish_erasures", "schedule": 60.0},
    "delete-old-doors": {"task": "sessions_app.tasks.delete_old_doors", "schedule": 3600.0},
}

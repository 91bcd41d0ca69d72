"""What is logged, and how."""

from mindflip import env

LOG_LEVEL = env.choice("MINDFLIP_LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"], "how much is logged")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"httpx": {"level": "WARNING"}, "daphne": {"level": "WARNING"}},
}

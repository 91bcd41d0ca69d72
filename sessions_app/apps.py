from django.apps import AppConfig


class SessionsConfig(AppConfig):
    """Sessions, sockets, the queue of generations."""

    name = "sessions_app"
    verbose_name = "Sessions"

    def ready(self) -> None:
        from sessions_app import signals  # noqa: F401 - connects the receivers

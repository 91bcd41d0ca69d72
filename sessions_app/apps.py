from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy


class SessionsConfig(AppConfig):
    """Sessions, sockets and the queue of generations."""

    name = "sessions_app"
    verbose_name = gettext_lazy("Sessions")
    support_sees = (
        *(
            "sessions_app.view_webllmsession",
            "sessions_app.view_generation",
            "sessions_app.view_attempt",
            "sessions_app.view_engine",
        ),
        "auth.view_user",
    )

    def ready(self) -> None:
        from sessions_app import signals  # noqa: F401 - connects the receivers
        from sessions_app.admin.base.list import grant_support
        from sessions_app.services import personal_data
        from sessions_app.services.session_data import SessionsData

        personal_data.register(SessionsData())
        post_migrate.connect(grant_support, dispatch_uid="grant_support")

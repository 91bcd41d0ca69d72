from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin import apps as admin

from sessions_app.admin import register_lists


class AdminConfig(admin.AdminConfig):
    """Django's admin with our admin site for operators."""

    default_site = "sessions_app.admin.base.site.OperatorSite"

    def ready(self) -> None:
        super().ready()
        register_lists()


class MindFlipConfig(AppConfig):
    """The project itself as an app, so that Django finds its commands and checks."""

    name = "mindflip"

    def ready(self) -> None:
        from mindflip import checks  # noqa: F401 - registers the checks

        if settings.SENTRY_DSN:
            from mindflip.monitoring import sentry

            sentry.init(settings.SENTRY_DSN)

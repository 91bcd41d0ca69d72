from django.apps import AppConfig


class MindFlipConfig(AppConfig):
    """The project itself as an app: it carries the commands of the one-command run."""

    name = "mindflip"

    def ready(self) -> None:
        from mindflip import checks  # noqa: F401 - registers them

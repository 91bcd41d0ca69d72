from django.apps import AppConfig


class MindFlipConfig(AppConfig):
    """The project itself as an app: it carries the commands of the one-command run."""

    name = "mindflip"

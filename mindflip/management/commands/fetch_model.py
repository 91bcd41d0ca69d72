"""The command `manage.py fetch_model`, which `make run` runs if the model is missing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mindflip.embedded import local_model
from mindflip.embedded.process import StartupError


class Command(BaseCommand):
    help = "Put the small local model into the models folder, unless it is there."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if local_model.is_fetched(settings.MINDFLIP_MODELS_DIR):
            return
        try:
            local_model.fetch(settings.MINDFLIP_MODELS_DIR)
        except StartupError as reason:
            raise CommandError(str(reason)) from None

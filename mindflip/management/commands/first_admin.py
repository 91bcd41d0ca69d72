"""The command that creates the first admin account."""

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Make an admin with a random password and print both, unless there is an admin already."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model().objects
        if users.filter(is_superuser=True).exists():
            return
        name = (
            "admin"
            if not users.filter(username="admin").exists()
            else f"admin-{secrets.token_hex(3)}"
        )
        password = secrets.token_urlsafe(12)
        users.create_superuser(username=name, password=password)
        self.stdout.write(f"Admin: {name}   Password: {password}   (shown this once)")

"""The command that gives an operator a second factor for the admin, or replaces a lost one."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sessions_app.admin.base.two_factor import enroll


class Command(BaseCommand):
    help = (
        "Make a key for an authenticator app and ten recovery codes, and show both once: manage.py"
        " second_factor NAME"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username, is_staff=True, is_active=True).first()
        if user is None:
            raise CommandError(
                f"Nobody of the staff has the name {username}: make one with manage.py"
                " createsuperuser."
            )
        made = enroll(user=user)
        self.stdout.write(
            f"{made.picture()}\n\nScan this with an authenticator app, or give it this"
            f" address:\n{made.address}\n"
        )
        self.stdout.write(
            "\nKeep these where the phone is not; each is good once:\n" + "\n".join(made.codes)
        )

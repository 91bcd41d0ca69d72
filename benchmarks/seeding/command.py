"""The command that fills a database with made-up rows, or removes them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from benchmarks.seeding.seed import (
    Missing,
    Plan,
    Progress,
    missing,
    seed,
    unseed,
    users_of_others,
)


class Command(BaseCommand):
    help = (
        "Fill the database with made-up users, sessions and generations until there are as many as"
        " you say. Ctrl-C stops it with what is done kept, and the next run goes on. What is older"
        " than MINDFLIP_SESSION_RETENTION_DAYS is deleted when the worker next sweeps."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sessions", type=int, default=1_000_000)
        parser.add_argument("--generations", type=int, default=5_000_000)
        parser.add_argument("--users", type=int, default=2_000)
        parser.add_argument("--days", type=int, default=90, help="over how many days up to now")
        parser.add_argument(
            "--yes", action="store_true", help="also into a database that real people use"
        )
        parser.add_argument(
            "--remove",
            action="store_true",
            help="delete all that this command ever made, and nothing else",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._remove() if options["remove"] else self._seed(options)
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped. What was done is whole and stays; run it again to go on, or with"
                " --remove.",
                returncode=130,
            ) from None

    def _remove(self) -> None:
        count = unseed(lambda users: self.stdout.write(f"{users:,} users removed"))
        self.stdout.write(f"Removed: {count:,} users with all that was theirs.")

    def _seed(self, options: dict[str, Any]) -> None:
        plan = _plan(options)
        if not options["yes"] and (count := users_of_others().count()):
            raise CommandError(
                f"This database has users of its own ({count:,}): give --yes to put made-up ones"
                " beside them."
            )
        wanted = missing(plan)
        if wanted.generations and not wanted.sessions:
            raise CommandError("More generations need more sessions: give a larger --sessions.")
        self.stdout.write(
            f"Adding {wanted.sessions:,} sessions and {wanted.generations:,} generations."
        )
        seed(plan, wanted, lambda progress: self.stdout.write(_line(progress, wanted)))
        self.stdout.write(
            f"Done: {plan.sessions:,} sessions, {plan.generations:,} generations of {plan.users:,}"
            " users."
        )


def _plan(options: dict[str, Any]) -> Plan:
    names = ("sessions", "generations", "users", "days")
    if wrong := [name for name in names if options[name] < 1]:
        raise CommandError(f"--{wrong[0]}: give 1 or more.")
    return Plan(**{name: options[name] for name in names}, now=timezone.now())


def _line(progress: Progress, wanted: Missing) -> str:
    rate = progress.generations / progress.seconds
    left = (wanted.sessions - progress.sessions) * progress.seconds / progress.sessions
    return (
        f"{progress.sessions:>9,} sessions {progress.generations:>10,} generations   {rate:>7,.0f}"
        f" a second   {left:>5,.0f} s left"
    )

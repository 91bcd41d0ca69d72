"""Fill the database with made-up sessions and generations.

Usage: python -m benchmarks.seeding [--remove] [--sessions N] …
"""

import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mindflip.settings")
    django.setup()
    from benchmarks.seeding.command import Command

    Command().run_from_argv(["python -m", "benchmarks.seeding", *sys.argv[1:]])

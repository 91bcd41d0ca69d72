"""Measure the quality of cards: `make cards`, or `python -m benchmarks.cards` with options."""

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mindflip.settings")
    django.setup()
    from benchmarks.cards.command import main

    main()

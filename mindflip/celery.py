"""The Celery application. Tasks live in each app's tasks.py; what runs when stands in settings.CELERY_BEAT_SCHEDULE."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mindflip.settings")

app = Celery("mindflip")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

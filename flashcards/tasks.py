"""Scheduled tasks (`settings.CELERY_BEAT_SCHEDULE`), which can safely run twice or late."""

from celery import shared_task
from django.utils import timezone

from flashcards.services.drafts import drafts_delete_old
from flashcards.services.trash import trash_delete_old


@shared_task
def empty_trash() -> int:
    return trash_delete_old(now=timezone.now())


@shared_task
def delete_old_drafts() -> int:
    return drafts_delete_old(now=timezone.now())

"""Scheduled tasks (settings.CELERY_BEAT_SCHEDULE).

Each task can safely run twice or late.
"""

from celery import shared_task
from django.utils import timezone

from sessions_app.services import erasure, retention
from sessions_app.services.dashboard import hourly_stats_refresh
from sessions_app.services.leases import leases_recover, recover_dead_sockets
from sessions_app.services.sessions import sessions_expire_idle


@shared_task
def expire_idle_sessions() -> int:
    return sessions_expire_idle(now=timezone.now())


@shared_task
def recover_generations() -> int:
    now = timezone.now()
    recover_dead_sockets(now=now)
    return leases_recover(now=now)


@shared_task
def refresh_hourly_stats() -> int:
    return hourly_stats_refresh(now=timezone.now())


@shared_task
def delete_old_sessions() -> None:
    now = timezone.now()
    retention.sessions_delete_old(now=now)
    retention.texts_blank_old(now=now)


@shared_task
def delete_expired_logins() -> None:
    """Delete expired tokens and sign-ins and old audit data, and start to delete unused accounts.

    The audit data is the admin's log and the failed sign-ins.
    """
    now = timezone.now()
    retention.tokens_delete_expired(now=now)
    retention.logins_delete_expired(now=now)
    retention.audit_delete_old(now=now)
    retention.attempts_delete_old(now=now)
    erasure.accounts_delete_unused(now=now)


@shared_task
def finish_account_deletions() -> int:
    return erasure.deletions_finish(now=timezone.now())

"""Backup and restore of the database, for `manage.py backup` and `restore` (docs/backup.md)."""


class BackupError(Exception):
    """An error during a backup or restore, with a message that explains how to fix it."""

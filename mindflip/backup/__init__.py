"""The database as one file, and back: `manage.py backup`, `manage.py restore` (docs/backup.md)."""


class BackupError(Exception):
    """The reason why a backup or a restore failed: a message that tells operators what to do."""

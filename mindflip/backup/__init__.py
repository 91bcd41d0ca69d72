"""The database as one file, and back: `manage.py backup`, `manage.py restore` (docs/backup.md)."""


class BackupError(Exception):
    """Why nothing was backed up or restored: one sentence for the operator, saying what to do."""

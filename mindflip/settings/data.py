"""How long data are kept, beside what is said with the product itself (docs/data.md)."""

from mindflip import env

PROMPT_DAYS = env.integer("MINDFLIP_PROMPT_DAYS", 30, "days after a session's end until what was written in it is blanked", least=1)
AUDIT_DAYS = env.integer("MINDFLIP_AUDIT_DAYS", 365, "days that the log of the admin is kept", least=1)
ATTEMPT_DAYS = env.integer("MINDFLIP_ATTEMPT_DAYS", 7, "days that failed sign-ins are kept", least=1)
UNUSED_ACCOUNT_DAYS = env.integer("MINDFLIP_UNUSED_ACCOUNT_DAYS", 0, "days after which an account that nobody uses is erased; 0: never")
# four kinds follow each other in one task, and what comes after CELERY_TASK_TIME_LIMIT would never have its turn
DELETE_SECONDS = env.integer(
    "MINDFLIP_DELETE_SECONDS", 60, "how long one kind of old data may be deleted without a pause, 60 at most", least=1, most=60
)

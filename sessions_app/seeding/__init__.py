"""Made-up users, sessions and generations in number, to see how lists, sweeps and charts do at a size that no installation begins with."""

from sessions_app.seeding.seed import Missing, Plan, Progress, missing, seed, users_of_others
from sessions_app.seeding.unseed import unseed

__all__ = ["Missing", "Plan", "Progress", "missing", "seed", "unseed", "users_of_others"]

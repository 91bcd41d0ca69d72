"""Settings of the tests and of every process that they start.

They equal those of a server, except for the cost of a password hash: it only protects a stolen
database, and would add half a second for each test user.
"""

from mindflip.settings import *  # noqa: F403

PASSWORD_HASHERS = ["tests.hashers.FastHasher"]

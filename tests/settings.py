"""The settings of the tests and of every process that they start: a server's own, except for the
cost of a password hash, which only protects a stolen database and would add half a second for each
test user.
"""

from mindflip.settings import *  # noqa: F403

PASSWORD_HASHERS = ["tests.hashers.FastHasher"]

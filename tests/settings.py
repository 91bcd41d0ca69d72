"""Settings of the tests and of every process that they start.

They equal those of a server, except for the cost of a password hash: it only protects a stolen
database, and would add half a second for each test user.
"""

import os
from pathlib import Path

from mindflip.settings import *  # noqa: F403

PASSWORD_HASHERS = ["tests.hashers.FastHasher"]

# A pseudo language for a real server, see tests/translations/pseudo.py.
if "MINDFLIP_TEST_LOCALE" in os.environ:
    LANGUAGES = [*LANGUAGES, ("eo", "Pseudo")]  # noqa: F405
    LOCALE_PATHS = [Path(os.environ["MINDFLIP_TEST_LOCALE"])]

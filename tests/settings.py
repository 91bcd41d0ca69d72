"""The settings under which tests run, and every process that they start: those of a server in earnest, but for what protects only
a database that was stolen and would cost half a second for each user of the cast."""

from mindflip.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

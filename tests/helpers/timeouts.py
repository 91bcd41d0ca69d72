"""The time after which a test that waits fails."""

TIMEOUT_SECONDS = 240  # only failing tests wait this long; slow machines need much of it

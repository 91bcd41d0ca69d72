"""What operators set: when a part counts as missing."""

from mindflip import env

WORKER_SEEN_SECONDS = env.integer(
    "MINDFLIP_WORKER_SEEN_SECONDS", 60, "how long after their last sign of life the worker and beat count as missing in /readyz", least=3
)

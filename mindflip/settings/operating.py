"""What operators set: when a part counts as missing, how long a process may take to end."""

from mindflip import env, spelling

WORKER_SEEN_SECONDS = env.integer(
    "MINDFLIP_WORKER_SEEN_SECONDS", 60, "how long after their last sign of life the worker and beat count as missing in /readyz", least=3
)
DRAIN_SECONDS = env.integer(
    "MINDFLIP_DRAIN_SECONDS", 20, "how long a server that was asked to stop may take to finish and to send its sockets elsewhere", least=1
)
DRAIN_NOTICE_SECONDS = env.integer(
    "MINDFLIP_DRAIN_NOTICE_SECONDS", 0, "how long of that /readyz says no before anything is closed, for balancers that ask it"
)
METRICS_ADDRESSES = env.listing(
    "MINDFLIP_METRICS_ADDRESSES", ["127.0.0.0/8", "::1"], "addresses and networks that may read /metrics without a token", spelling.network
)
METRICS_TOKEN = env.text("MINDFLIP_METRICS_TOKEN", "", "bearer token with which anybody may read /metrics; empty: nobody by a token")
WORKER_METRICS_PORT = env.integer("MINDFLIP_WORKER_METRICS_PORT", 0, "port of the worker's own /metrics on 127.0.0.1; 0: none", most=65_535)

"""How long things last and how much of them there may be: sessions, generations, decks, imports."""

from mindflip import env

# --- sessions and generations ----------------------------------------------------------------------------------------
SESSION_IDLE_SECONDS = env.integer("MINDFLIP_SESSION_IDLE_SECONDS", 1800, "inactivity after which a session expires", least=1)
SESSION_TOUCH_SECONDS = env.integer("MINDFLIP_SESSION_TOUCH_SECONDS", 30, "how seldom activity is written down per session", least=0)
SESSION_KEPT_DAYS = env.integer("MINDFLIP_SESSION_KEPT_DAYS", 30, "days a closed or expired session can still be read", least=1)
SESSIONS_PER_USER = env.integer("MINDFLIP_SESSIONS_PER_USER", 20, "sessions one user may have open", least=1)
QUEUE_PER_USER = env.integer("MINDFLIP_QUEUE_PER_USER", 20, "unfinished generations one user may have", least=1)
QUEUE_TIMEOUT_SECONDS = env.integer("MINDFLIP_QUEUE_TIMEOUT_SECONDS", 600, "how long a generation waits for an engine", least=1)
LEASE_SECONDS = env.integer("MINDFLIP_LEASE_SECONDS", 150, "how long an engine may work before it must be heard of", least=1)
LEASE_GRACE_SECONDS = env.integer("MINDFLIP_LEASE_GRACE_SECONDS", 30, "how long a dropped engine may take to come back", least=0)
ENGINE_PRESENT_SECONDS = env.integer("MINDFLIP_ENGINE_PRESENT_SECONDS", 60, "how long a silent engine counts as there", least=1)
RESUME_GENERATIONS = env.integer(
    "MINDFLIP_RESUME_GENERATIONS", 1000, "most generations replayed to a reconnecting client; above it a snapshot is sent", least=1
)
RESUME_PAGE_BYTES = 524_288  # read and sent at a time: what a socket whose client does not read costs in memory
RESUME_BYTES_PER_SECOND = env.integer(
    "MINDFLIP_RESUME_BYTES_PER_SECOND", 1_048_576, "bytes a second that `resume` may send again on one socket", least=1024
)
HEARTBEAT_SECONDS = env.integer("MINDFLIP_HEARTBEAT_SECONDS", 25, "how often a socket is asked whether it is there", least=1)
ATTEMPTS = env.integer("MINDFLIP_ATTEMPTS", 3, "engines tried for one generation before it fails", least=1)
RESULT_CACHE_SECONDS = env.integer("MINDFLIP_RESULT_CACHE_SECONDS", 604_800, "how long a result answers the same request again", least=1)
SOCKET_RATE = env.integer("MINDFLIP_SOCKET_RATE", 100, "messages a second one socket may send", least=1)
SOCKET_BURST = env.integer("MINDFLIP_SOCKET_BURST", 200, "messages one socket may send at once", least=1)
# more than any result: an engine writes at most three responses for one
SOCKET_UNSENT_MAX_BYTES = env.integer(
    "MINDFLIP_SOCKET_UNSENT_MAX_BYTES",
    4_194_304,
    "bytes that may wait for the client of one socket, besides the message being sent; above it the socket is closed",
    least=1_048_576,
)
SOCKET_STALLED_SECONDS = env.integer(
    "MINDFLIP_SOCKET_STALLED_SECONDS", 30, "seconds after which a socket whose client does not read is closed", least=1
)
MESSAGE_BYTES = env.integer("MINDFLIP_MESSAGE_BYTES", 65_536, "largest message on a socket", least=1024)
RESPONSE_BYTES = env.integer("MINDFLIP_RESPONSE_BYTES", 1_048_576, "largest response of an engine", least=1024)

# --- decks -----------------------------------------------------------------------------------------------------------
BIN_DAYS = env.integer("MINDFLIP_BIN_DAYS", 30, "days after which deleted decks and cards are gone for good", least=1)

# --- imports ---------------------------------------------------------------------------------------------------------
IMPORT_MEGABYTES = env.integer("MINDFLIP_IMPORT_MEGABYTES", 100, "largest file with cards that may be imported", least=1)
IMPORT_CARDS = env.integer("MINDFLIP_IMPORT_CARDS", 20_000, "most cards that one import may bring", least=1)
IMPORT_SECONDS = env.integer("MINDFLIP_IMPORT_SECONDS", 120, "how long reading and saving one file may take", least=1)

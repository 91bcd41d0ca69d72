"""The SQL of seeding.

Each batch is first created in two temporary tables, because the columns of a generation depend on
its session, and those of a session on the number of its generations. The rows are then copied to
their final tables.

The rates are roughly those of a real installation: 30% of the generations use `mindflip.v1`, 10%
fail, and 4% are cancelled. Generations that are younger than OPEN_SECONDS are still open, except
those above MAX_QUEUED_PER_USER, which are cancelled.
"""

PREFIX = "seeded-"
OPEN_SECONDS = 600

USERS = """
INSERT INTO auth_user (username, password, first_name, last_name, email, is_superuser, is_staff,
    is_active, date_joined)
SELECT %(prefix)s || lpad(n::text, 6, '0'), '!' || md5(random()::text), '', '', '', false, false,
    true, %(since)s
FROM generate_series(1, %(users)s) AS n
ON CONFLICT DO NOTHING
"""
PREPARE = """
CREATE TEMPORARY TABLE seed_user AS
    SELECT row_number() OVER (ORDER BY username) - 1 AS n, id FROM auth_user
        WHERE username LIKE %(prefix)s || '%%';
CREATE TEMPORARY TABLE seed_sample (n integer, prompt text, options jsonb, cards jsonb,
card_count integer, tokens integer);
"""
SAMPLE = "INSERT INTO seed_sample VALUES (%s, %s, %s::jsonb, %s::jsonb, %s, %s)"

# A sine wave with a period of one day moves the start times, so that more sessions start by day
# than at night. A few users open most of the sessions.
DRAW_SESSIONS = """
CREATE TEMPORARY TABLE seed_session ON COMMIT DROP AS
WITH drawn AS (
    SELECT n, (%(before)s + n - random()) / %(all)s AS share, random() AS who, random() AS which,
        random() AS fate, random() AS length,
        random() < 0.3 AS is_v1
    FROM generate_series(1, %(sessions)s) AS n),
placed AS (
    SELECT drawn.*,
        %(since)s + (share + sin(share * 2 * pi() * %(days)s) * 0.8 / (2 * pi() * %(days)s))
            * (%(now)s - %(since)s) AS created_at
    FROM drawn)
SELECT placed.n, gen_random_uuid() AS id, seed_user.id AS user_id, is_v1, fate, created_at,
    least(created_at + (2 + 43 * length ^ 2) * interval '1 minute', %(now)s) AS last_activity_at,
    (%(models)s::text[])[1 + floor(cardinality(%(models)s::text[]) * which ^ 2)::int] AS model_id,
    'specific.' || md5(random()::text) || '!' || md5(random()::text) AS channel
FROM placed JOIN seed_user ON seed_user.n = floor(%(users)s * who ^ 2)
"""
DRAW_GENERATIONS = """
CREATE TEMPORARY TABLE seed_generation ON COMMIT DROP AS
WITH drawn AS MATERIALIZED (
    SELECT 1 + floor(%(sessions)s * random())::int AS session_n,
        floor(%(samples)s * random())::int AS sample_n,
        random() AS at, random() AS fate, random() AS speed, random() AS tries
    FROM generate_series(1, %(generations)s)),
placed AS (
    SELECT gen_random_uuid() AS id, session.id AS session_id, session.user_id, session.is_v1,
        session.channel, drawn.*,
        session.created_at + drawn.at * (session.last_activity_at - session.created_at)
            AS created_at
    FROM drawn JOIN seed_session AS session ON session.n = drawn.session_n),
aged AS (
    SELECT placed.*, created_at > %(now)s - %(open)s * interval '1 second' AS is_open FROM placed),
counted AS (
    SELECT aged.*, row_number() OVER (PARTITION BY session_id ORDER BY created_at) AS nth,
        row_number() OVER (PARTITION BY user_id, is_open ORDER BY created_at) - 1 AS slot,
        row_number() OVER (PARTITION BY session_id, is_open ORDER BY created_at) AS open_nth
    FROM aged),
settled AS (
    SELECT counted.*, is_open AND slot < %(slots)s AS waits,
        sample.tokens / (8 + 40 * speed) AS seconds, sample.card_count
    FROM counted JOIN seed_sample AS sample ON sample.n = counted.sample_n),
ended AS (
    SELECT settled.*,
        CASE WHEN waits AND open_nth = 1 THEN 'leased' WHEN waits THEN 'queued'
            WHEN is_open OR fate > 0.96 THEN 'cancelled'
            WHEN fate > 0.86 THEN 'failed' ELSE 'succeeded' END AS status,
        CASE WHEN waits THEN '' WHEN is_open OR fate > 0.96
                THEN (ARRAY['cancelled', 'session_closed',
                'session_expired'])[1 + floor(3 * speed)::int]
            WHEN fate > 0.92 THEN 'engine_lost' WHEN fate > 0.89 THEN 'no_engine'
            WHEN fate > 0.875 THEN 'timeout'
            WHEN fate > 0.861 THEN 'no_valid_cards' WHEN fate > 0.86 THEN 'internal' ELSE '' END
                AS code,
        CASE WHEN waits THEN (open_nth = 1)::int WHEN fate > 0.92 AND fate <= 0.96 THEN 3
            WHEN fate > 0.89 AND fate <= 0.92 THEN 0
            WHEN tries > 0.99 THEN 3 WHEN tries > 0.93 THEN 2 ELSE 1 END AS attempt_count,
        CASE WHEN NOT waits THEN least(settled.created_at + seconds * interval '1 second', %(now)s)
            END AS finished_at
    FROM settled)
SELECT ended.*, CASE WHEN status = 'succeeded' THEN card_count ELSE 0 END AS made_count FROM ended
    ORDER BY created_at
"""

# Each generation uses 20 sequence numbers of its session (see `seq` in the models).
INSERT_SESSIONS = """
INSERT INTO sessions_app_webllmsession (
    id, user_id, model_id, status, engine_facts, seq, created_at, last_activity_at, closed_at,
    close_reason)
SELECT id, user_id, model_id,
    CASE WHEN ended_at IS NULL THEN CASE WHEN fate < 0.1 THEN 'initializing'
        WHEN fate < 0.15 THEN 'error' ELSE 'ready' END
        WHEN fate < 0.4 THEN 'closed' ELSE 'expired' END,
    '{"name": "webllm", "device": {"vendor": "a maker", "architecture": "of some kind"}}',
    CASE WHEN is_v1 THEN 20 * coalesce(generations, 0) ELSE 0 END, created_at, last_activity_at,
        ended_at,
    CASE WHEN ended_at IS NULL THEN '' WHEN fate < 0.4 THEN 'closed by its user'
        ELSE 'expired after inactivity' END
FROM seed_session
    LEFT JOIN (SELECT session_id, count(*) AS generations FROM seed_generation GROUP BY session_id)
        AS counted ON session_id = id,
    LATERAL (SELECT last_activity_at
        + CASE WHEN fate < 0.4 THEN 0 ELSE %(idle)s END * interval '1 second') AS gone (at),
    LATERAL (SELECT CASE WHEN gone.at < %(now)s THEN gone.at END) AS ending (ended_at)
ORDER BY created_at
"""
INSERT_GENERATIONS = """
INSERT INTO sessions_app_generation (
    id, session_id, user_id, kind, prompt, prompt_version, options, result_key, requester, status,
    created_at, queued_at, first_card_at, finished_at, engine, engine_name, lease, lease_expires_at,
    attempt_count, asks, cards,
    is_partial, usage, error_code, error, request_id,
    seq, moved_seq, card_seqs, slot)
SELECT id, session_id, user_id, 'flashcards', sample.prompt, '2', sample.options,
    md5(random()::text) || md5(id::text),
    CASE WHEN is_v1 THEN '' ELSE channel END, status, created_at, created_at,
    CASE WHEN made_count > 0 THEN created_at + (finished_at - created_at) / (1 + made_count) END,
        finished_at,
    CASE WHEN attempt_count > 0 THEN channel ELSE '' END,
    CASE WHEN attempt_count = 0 THEN '' WHEN speed > 0.7 THEN 'wllama' ELSE 'webllm' END,
    CASE WHEN status = 'leased' THEN gen_random_uuid() END,
    CASE WHEN status = 'leased' THEN %(now)s + %(lease)s * interval '1 second' END,
    attempt_count, 0, CASE WHEN status = 'succeeded' THEN sample.cards ELSE '[]' END,
        status = 'succeeded' AND tries < 0.03,
    CASE WHEN status = 'succeeded' AND is_v1
        THEN jsonb_build_object('promptTokens', 400, 'completionTokens', sample.tokens, 'seconds',
        round(seconds::numeric, 2))
        ELSE '{}' END,
    code, CASE WHEN code = '' THEN '' ELSE 'A sentence that says what to do about it: ' || code
        || '.' END,
    CASE WHEN is_v1 THEN id::text END,
    CASE WHEN is_v1 THEN nth * 20 END, CASE WHEN is_v1 THEN nth * 20 - 19 END,
    CASE WHEN is_v1 THEN ARRAY(SELECT nth * 20 - 19 + card
        FROM generate_series(1, made_count) AS card) ELSE '{}' END, slot %% %(slots)s
FROM seed_generation JOIN seed_sample AS sample ON sample.n = sample_n
"""
INSERT_ATTEMPTS = """
INSERT INTO sessions_app_attempt (generation_id, number, engine, engine_name, started_at, ended_at,
    outcome, reason, card_count)
SELECT id, number, channel, CASE WHEN speed > 0.7 THEN 'wllama' ELSE 'webllm' END,
    created_at + (number - 1) * interval '1 minute',
    CASE WHEN number < attempt_count THEN created_at + number * interval '1 minute'
        ELSE finished_at END,
    CASE WHEN number < attempt_count THEN 'engine_lost' WHEN finished_at IS NULL THEN ''
        WHEN code = '' THEN 'succeeded' ELSE code END,
    CASE WHEN number < attempt_count THEN 'The engine was not heard of in time.' ELSE '' END,
    CASE WHEN number = attempt_count THEN made_count ELSE 0 END
FROM seed_generation, generate_series(1, attempt_count) AS number
"""
INSERT_ENGINES = """
INSERT INTO sessions_app_engine (channel, session_id, user_id, model_id, name, is_guide, facts,
    speed, ready_at, seen_at)
SELECT session.channel, session.id, session.user_id, session.model_id, 'webllm', NOT session.is_v1,
    '{}', 20, session.created_at, %(now)s
FROM seed_session AS session JOIN seed_generation AS generation
    ON generation.session_id = session.id AND generation.status = 'leased'
"""
BATCH = (
    DRAW_SESSIONS,
    DRAW_GENERATIONS,
    INSERT_SESSIONS,
    INSERT_GENERATIONS,
    INSERT_ATTEMPTS,
    INSERT_ENGINES,
)

_SEEDED = "user_id IN (SELECT id FROM auth_user WHERE username LIKE %(prefix)s || '%%')"
COUNTS = (
    f"SELECT (SELECT count(*) FROM sessions_app_webllmsession WHERE {_SEEDED}),"
    f" (SELECT count(*) FROM sessions_app_generation WHERE {_SEEDED})"
)
# End the sessions and generations that an earlier run left open.
END_OPEN = f"""
UPDATE sessions_app_attempt SET ended_at = %(now)s, outcome = 'cancelled' WHERE ended_at IS NULL
    AND generation_id IN (
    SELECT id FROM sessions_app_generation WHERE status IN ('queued', 'leased') AND {_SEEDED});
UPDATE sessions_app_generation
SET status = 'cancelled', error_code = 'cancelled', lease = NULL, lease_expires_at = NULL,
finished_at = %(now)s
WHERE status IN ('queued', 'leased') AND {_SEEDED};
UPDATE sessions_app_webllmsession SET status = 'expired', closed_at = %(now)s
    WHERE closed_at IS NULL AND {_SEEDED};
DELETE FROM sessions_app_engine WHERE {_SEEDED};
"""
REMOVE = """
DELETE FROM sessions_app_engine WHERE user_id = ANY(%(users)s);
DELETE FROM sessions_app_attempt USING sessions_app_generation AS generation
    WHERE generation_id = generation.id AND generation.user_id = ANY(%(users)s);
DELETE FROM sessions_app_generation WHERE user_id = ANY(%(users)s);
DELETE FROM sessions_app_webllmsession WHERE user_id = ANY(%(users)s);
"""
TABLES = (
    "auth_user",
    "sessions_app_webllmsession",
    "sessions_app_generation",
    "sessions_app_attempt",
    "sessions_app_engine",
)

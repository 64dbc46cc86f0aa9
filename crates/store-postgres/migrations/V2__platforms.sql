-- What is kept of the deliveries to data platforms. Only whoever holds a
-- platform's lease writes how its deliveries stand, always together with the
-- platform's row and under its lock; operators write wishes (a pause, a replay).
-- A version that knows none of these tables is not disturbed by them.

CREATE TABLE platforms (
    -- Drawn at random by the program. That of a platform which was forgotten
    -- must not come again, or its last dispatcher could record for the new one.
    platform_id  bigint PRIMARY KEY,
    name         text NOT NULL UNIQUE,
    created_at   bigint NOT NULL,
    -- The newest event when it was first known: it is told of later ones.
    starts_after bigint NOT NULL,
    -- Every event up to this one is delivered, or is in pending_deliveries.
    position     bigint NOT NULL CHECK (position >= starts_after),
    -- How many records there were: the number of the last one.
    records      bigint NOT NULL,
    -- Rises whenever the lease is taken or given back: what is recorded under
    -- an earlier one is refused.
    epoch        bigint NOT NULL,
    -- Who has the lease, and until when by the clock of the server; none and 0
    -- after it was given back.
    holder       uuid,
    leased_until bigint NOT NULL,
    -- 1 an operator, 2 the platform wants no more
    pause_reason smallint CHECK (pause_reason BETWEEN 1 AND 2),
    paused_at    bigint,
    CHECK ((pause_reason IS NULL) = (paused_at IS NULL))
) WITH (fillfactor = 50);

-- Events that a platform's position has passed and that are not delivered.
CREATE TABLE pending_deliveries (
    platform_id     bigint NOT NULL,
    sequence        bigint NOT NULL,
    event_id        uuid NOT NULL,
    user_id         bigint NOT NULL,
    event_time      bigint NOT NULL,
    -- Sent again by an operator's wish: it holds up no other event.
    replayed        boolean NOT NULL,
    -- 1 failing, 2 behind an earlier event of its user, 3 dead
    hold            smallint NOT NULL CHECK (hold BETWEEN 1 AND 3),
    -- Of one that is failing or dead.
    failed_attempts bigint,
    first_failed_at bigint,
    last_failed_at  bigint,
    -- Of one that is failing.
    next_attempt_at bigint,
    -- Of one that is dead.
    died_at         bigint,
    PRIMARY KEY (platform_id, sequence),
    CHECK ((hold = 2) = (failed_attempts IS NULL)),
    CHECK ((hold = 2) = (first_failed_at IS NULL)),
    CHECK ((hold = 2) = (last_failed_at IS NULL)),
    CHECK ((hold = 1) = (next_attempt_at IS NOT NULL)),
    CHECK ((hold = 3) = (died_at IS NOT NULL))
) WITH (fillfactor = 70);

-- Attempts that are recorded by themselves: each under the number of the record
-- that brought it and its place there, which is the order of their ends.
CREATE TABLE delivery_attempts (
    platform_id bigint NOT NULL,
    sequence    bigint NOT NULL,
    record      bigint NOT NULL,
    place       integer NOT NULL,
    ended_at    bigint NOT NULL,
    -- 0 delivered, 1 status, 2 redirect, 3 timeout, 4 connect, 5 reset, 6 TLS,
    -- 7 refused, 8 other, 9 gone
    result      smallint NOT NULL,
    status      integer,
    latency     bigint NOT NULL,
    excerpt     text NOT NULL,
    PRIMARY KEY (platform_id, sequence, record, place)
);

-- Old ones are removed by their end, so many at a time, however many ended together.
CREATE INDEX delivery_attempts_by_end
    ON delivery_attempts (platform_id, ended_at, sequence, record, place);

-- First attempts that succeeded, packed: a row for a run of sequences without a
-- gap, some eight bytes an event.
CREATE TABLE delivery_log (
    platform_id    bigint NOT NULL,
    first_sequence bigint NOT NULL,
    record         bigint NOT NULL,
    place          integer NOT NULL,
    last_sequence  bigint NOT NULL,
    -- When the last of them ended.
    ended_at       bigint NOT NULL,
    -- For each sequence a status (0 not delivered at once, 1 without a status,
    -- else 2 more than it) and, where it was delivered, its time as a difference
    -- from the one before and its latency: LEB128, the difference zigzag.
    tries          bytea NOT NULL,
    PRIMARY KEY (platform_id, first_sequence, record, place)
);

CREATE INDEX delivery_log_by_end
    ON delivery_log (platform_id, ended_at, first_sequence, record, place);

-- What operators want to be sent again: a range of sequences, or what has failed
-- since a time.
CREATE TABLE replays (
    platform_id    bigint NOT NULL,
    replay_id      uuid NOT NULL,
    first_sequence bigint,
    last_sequence  bigint,
    failed_since   bigint,
    -- The last sequence of the range that was dealt with.
    position       bigint NOT NULL,
    requested_at   bigint NOT NULL,
    PRIMARY KEY (platform_id, replay_id),
    CHECK ((first_sequence IS NULL) = (last_sequence IS NULL)),
    CHECK ((first_sequence IS NULL) <> (failed_since IS NULL))
) WITH (fillfactor = 70);

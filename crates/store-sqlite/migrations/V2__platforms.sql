-- What is kept of deliveries to data platforms. A platform's number is never
-- used again: what was recorded of a forgotten one is removed later, in lots.

CREATE TABLE platforms (
    platform     INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT NOT NULL UNIQUE,
    created_at   INTEGER NOT NULL,
    -- The newest event when the platform was first known.
    starts_after INTEGER NOT NULL,
    -- Every event up to this sequence is delivered or in `pending_deliveries`.
    position     INTEGER NOT NULL,
    -- The number of the last record.
    records      INTEGER NOT NULL,
    -- Rises with each lease, and when one is given back.
    epoch        INTEGER NOT NULL,
    -- Who has the lease, and for how long it was asked for. The lease ends with
    -- the process, whose lock on the file tells whether it still runs: no time
    -- is kept here, and so none has to be written each second.
    holder       BLOB,
    term         INTEGER NOT NULL,
    -- Nothing is sent: 1 an operator wants it so, 2 the platform wants no more.
    pause_reason INTEGER CHECK (pause_reason IN (1, 2)),
    paused_at    INTEGER,
    CHECK ((pause_reason IS NULL) = (paused_at IS NULL))
) STRICT;

-- Events at or below their platform's position that are not delivered.
CREATE TABLE pending_deliveries (
    platform        INTEGER NOT NULL,
    sequence        INTEGER NOT NULL,
    event_key       INTEGER NOT NULL,
    event_low       INTEGER NOT NULL,
    user_id         INTEGER NOT NULL,
    event_time      INTEGER NOT NULL,
    replayed        INTEGER NOT NULL CHECK (replayed IN (0, 1)),
    -- 1 behind another, 2 failing, 3 dead
    hold            INTEGER NOT NULL CHECK (hold BETWEEN 1 AND 3),
    failed_attempts INTEGER,
    first_failed_at INTEGER,
    last_failed_at  INTEGER,
    -- When it is tried again, or when it was given up.
    until           INTEGER,
    PRIMARY KEY (platform, sequence),
    CHECK ((hold = 1) = (failed_attempts IS NULL)),
    CHECK ((hold = 1) = (first_failed_at IS NULL)),
    CHECK ((hold = 1) = (last_failed_at IS NULL)),
    CHECK ((hold = 1) = (until IS NULL))
) STRICT, WITHOUT ROWID;

-- For counts and lists by hold. A further failure does not touch it.
CREATE INDEX pending_deliveries_by_hold ON pending_deliveries (platform, hold, sequence);

-- Attempts that are recorded by themselves, in the order of their ends. `entry`
-- rises within a platform, so that each platform has one right edge, and its
-- oldest entries, which are removed first, are together.
CREATE TABLE delivery_attempts (
    platform INTEGER NOT NULL,
    entry    INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    -- 0 delivered, 1 status, 2 redirect, 3 timeout, 4 connect, 5 reset, 6 tls,
    -- 7 refused, 8 other, 9 gone
    result   INTEGER NOT NULL,
    status   INTEGER,
    -- Microseconds.
    latency  INTEGER NOT NULL,
    excerpt  TEXT NOT NULL,
    PRIMARY KEY (platform, entry)
) STRICT, WITHOUT ROWID;

CREATE INDEX delivery_attempts_by_sequence ON delivery_attempts (platform, sequence, entry);

-- First attempts that succeeded, some thousand packed into one row: see
-- `FirstTries` in the crate `jumun-store`. A row covers a run of sequences.
CREATE TABLE delivery_log (
    platform       INTEGER NOT NULL,
    entry          INTEGER NOT NULL,
    first_sequence INTEGER NOT NULL,
    last_sequence  INTEGER NOT NULL,
    -- When the last of its attempts ended.
    ended_at       INTEGER NOT NULL,
    tries          BLOB NOT NULL,
    PRIMARY KEY (platform, entry),
    CHECK (first_sequence <= last_sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX delivery_log_by_sequence
    ON delivery_log (platform, last_sequence, first_sequence, entry);

-- What operators want to be sent again, until that is done.
CREATE TABLE delivery_replays (
    platform       INTEGER NOT NULL,
    entry          INTEGER NOT NULL,
    id             BLOB NOT NULL,
    -- Of a range of sequences, or else of what has failed since a time.
    first_sequence INTEGER,
    last_sequence  INTEGER,
    failed_since   INTEGER,
    position       INTEGER NOT NULL,
    requested_at   INTEGER NOT NULL,
    PRIMARY KEY (platform, entry),
    CHECK ((first_sequence IS NULL) = (last_sequence IS NULL)),
    CHECK ((first_sequence IS NULL) <> (failed_since IS NULL))
) STRICT, WITHOUT ROWID;

-- Platforms that are forgotten and of which something is left to remove.
CREATE TABLE forgotten_platforms (
    platform INTEGER PRIMARY KEY
) STRICT;

-- Who may do what, and what was done by whom.

-- Tokens that open the API. Their ids rise with the time at which they are made.
CREATE TABLE tokens (
    id           INTEGER PRIMARY KEY,
    -- SHA-256 of the secret, which is kept nowhere.
    hash         BLOB NOT NULL CHECK (length(hash) = 32),
    -- One user, or scopes with a space between.
    user_id      INTEGER,
    scopes       TEXT,
    label        TEXT,
    created_at   INTEGER NOT NULL,
    created_by   TEXT NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER,
    revoked_at   INTEGER,
    CHECK ((user_id IS NULL) <> (scopes IS NULL))
) STRICT;

-- Numbered from 1 without a gap. Whoever remembers tokens asks here, before
-- each use, for what is above the last number seen.
CREATE TABLE revocations (
    number INTEGER PRIMARY KEY,
    token  INTEGER NOT NULL
) STRICT;

-- The history of what operators change. It only ever grows.
CREATE TABLE changes (
    key     INTEGER PRIMARY KEY,
    id_low  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- JSON objects; NULL where the subject was not there, or is no more.
    before  TEXT,
    after   TEXT,
    reason  TEXT
) STRICT;

CREATE TRIGGER changes_are_not_updated BEFORE UPDATE ON changes
BEGIN
    SELECT raise(ABORT, 'the history of changes only grows: add a line instead');
END;

CREATE TRIGGER changes_are_not_deleted BEFORE DELETE ON changes
BEGIN
    SELECT raise(ABORT, 'the history of changes only grows: add a line instead');
END;

-- INSERT OR REPLACE removes a row without asking the trigger above.
CREATE TRIGGER changes_are_not_replaced BEFORE INSERT ON changes
WHEN EXISTS (SELECT 1 FROM changes WHERE key = NEW.key)
BEGIN
    SELECT raise(ABORT, 'the history of changes only grows: add a line instead');
END;

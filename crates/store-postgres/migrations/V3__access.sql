-- Tokens, and the history of what operators and their programs have changed.
-- A version that knows none of these tables is not disturbed by them.

CREATE TABLE tokens (
    -- The public id, which rises with the time at which tokens are made.
    token_id     bigint PRIMARY KEY CHECK (token_id >= 0),
    -- SHA-256 of the secret, of which nothing else is kept.
    hash         bytea NOT NULL CHECK (octet_length(hash) = 32),
    -- Whom it stands for: a user, or whoever has these rights.
    user_id      bigint,
    scopes       text,
    label        text,
    created_at   bigint NOT NULL,
    created_by   text NOT NULL,
    expires_at   bigint,
    last_used_at bigint,
    revoked_at   bigint,
    CHECK ((user_id IS NULL) <> (scopes IS NULL))
) WITH (fillfactor = 70);

-- Tokens that were revoked, in the order in which that was committed, without a
-- gap: whoever remembers tokens reads on from the last number that was seen.
CREATE TABLE revocations (
    number   bigint PRIMARY KEY CHECK (number >= 1),
    token_id bigint NOT NULL UNIQUE
);

-- Locked by whoever revokes, until the commit: so numbers are in its order.
CREATE TABLE revocation_counter (
    singleton   smallint PRIMARY KEY CHECK (singleton = 1),
    last_number bigint NOT NULL
) WITH (fillfactor = 50);

INSERT INTO revocation_counter (singleton, last_number) VALUES (1, 0);

-- Who changed what, a line each, written in the transaction of the change.
CREATE TABLE changes (
    change_id  uuid PRIMARY KEY,
    changed_at bigint NOT NULL,
    -- Such as token:0a1b2c3d4e5f6071, user:7, cli:haneul or local.
    actor      text NOT NULL,
    -- Such as product.put.
    action     text NOT NULL,
    -- Such as product:3.
    subject    text NOT NULL,
    -- JSON objects as they were written; none where it was not there, or is no more.
    before     text,
    after      text,
    reason     text
);

-- It only grows. The owner of the table, too, has to remove these first, which
-- is not done by mistake.
CREATE FUNCTION keep_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of changes is only added to: % is refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER changes_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON changes
    FOR EACH STATEMENT EXECUTE FUNCTION keep_changes();

-- In sessions that replay what others did, too, where triggers are else off.
ALTER TABLE changes ENABLE ALWAYS TRIGGER changes_are_kept;

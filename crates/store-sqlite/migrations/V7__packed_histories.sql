-- Payments and events are one of each an order, written once and never changed or
-- looked up by anything but their number. So many of them share a row, which costs
-- far less than a row of each one's own. `items` has them one after the other, in the
-- order of their numbers, each as integers of 8 bytes, the most significant byte
-- first; `first` and `last` are the numbers of its first and its last one.

-- key, id_low, user_id, previous (0 for none), amount, balance_after, order_key,
-- created_at
CREATE TABLE payments (
    first INTEGER PRIMARY KEY,
    last  INTEGER NOT NULL,
    items BLOB NOT NULL
) STRICT;

INSERT INTO payments
SELECT min(key), max(key), unhex(group_concat(
           printf('%016X%016X%016X%016X%016X%016X%016X%016X', key, id_low, user_id,
               coalesce(previous, 0), amount, balance_after, order_key, created_at),
           '' ORDER BY key))
FROM (SELECT *, (row_number() OVER (ORDER BY key) - 1) / 31 AS run
      FROM entries WHERE kind = 2)
GROUP BY run;

-- What is no payment has a row of its own.
CREATE TABLE other_entries (
    key           INTEGER PRIMARY KEY,
    id_low        INTEGER NOT NULL,
    user_id       INTEGER NOT NULL,
    previous      INTEGER,
    -- 1 charge, 3 refund, 4 adjustment
    kind          INTEGER NOT NULL CHECK (kind IN (1, 3, 4)),
    amount        INTEGER NOT NULL,
    balance_after INTEGER NOT NULL CHECK (balance_after >= 0),
    order_key     INTEGER,
    reference     TEXT,
    reason        TEXT,
    created_at    INTEGER NOT NULL
) STRICT;

INSERT INTO other_entries
SELECT key, id_low, user_id, previous, kind, amount, balance_after, order_key, reference,
       reason, created_at
FROM entries WHERE kind <> 2;
DROP TABLE entries;
-- Or else a view that somebody made over the old table would be in the way.
PRAGMA legacy_alter_table = ON;
ALTER TABLE other_entries RENAME TO entries;

-- sequence, id_key, id_low, order_key, kind (1 paid, 2 cancelled)
CREATE TABLE packed_events (
    first INTEGER PRIMARY KEY,
    last  INTEGER NOT NULL,
    items BLOB NOT NULL
) STRICT;

INSERT INTO packed_events
SELECT min(sequence), max(sequence), unhex(group_concat(
           printf('%016X%016X%016X%016X%016X', sequence, id_key, id_low, order_key, kind),
           '' ORDER BY sequence))
FROM (SELECT *, (row_number() OVER (ORDER BY sequence) - 1) / 49 AS run FROM events)
GROUP BY run;
DROP TABLE events;
ALTER TABLE packed_events RENAME TO events;
PRAGMA legacy_alter_table = OFF;

-- The ledger for who reads the file with SQL, in the order of `key`: an order's payment
-- says what its order says, and has its key.
CREATE VIEW ledger AS
SELECT key, user_id, kind, amount, balance_after, order_key, reference, reason, created_at
FROM entries
UNION ALL
SELECT key, user_id, 2, discount - subtotal, balance_after, key, NULL, NULL, created_at
FROM orders;

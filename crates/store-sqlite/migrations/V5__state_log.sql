-- What orders change of users and products (balances, heads of chains, stocks), as
-- of the end of each batch, and the idempotency keys of the batch: one row a batch,
-- so that a commit writes a page or two instead of one for each user and key. By and
-- by the newest of each goes to `users`, `stocks` and `idempotency_keys`, and the log
-- gets shorter. Whoever reads those tables has to look here first; its last row
-- always stays, so that no number is used twice. See the module `states` for the
-- layout.
CREATE TABLE state_log (
    entry  INTEGER PRIMARY KEY,
    states BLOB NOT NULL,
    keys   BLOB NOT NULL
) STRICT;

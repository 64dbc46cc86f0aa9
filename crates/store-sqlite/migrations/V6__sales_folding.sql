-- How far a part of `sales_log` has been added to `sales`, a few figures with each
-- batch. Of the log's entries up to `last_entry` only what comes after this hour and
-- product counts. No row while nothing is being added.
CREATE TABLE sales_folding (
    singleton  INTEGER PRIMARY KEY CHECK (singleton = 1),
    last_entry INTEGER NOT NULL,
    hour       INTEGER NOT NULL,
    product_id INTEGER NOT NULL
) STRICT;

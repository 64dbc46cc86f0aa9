-- Keys are the caller's integers or UUIDv7 values that the program mints; no
-- database sequence, so that nothing on the order path needs one. Lists of one
-- user are chains (`last_...` in users, `previous` in the row) instead of indexes
-- that every order would have to write at a random place. Rows that are updated
-- leave room on their page, so that a new version finds a place beside the old
-- one and no index has to change. Times are microseconds since the Unix epoch,
-- amounts are in the currency's minor unit.

CREATE TABLE shop (
    singleton  smallint PRIMARY KEY CHECK (singleton = 1),
    currency   text NOT NULL,
    created_at bigint NOT NULL
);

CREATE TABLE users (
    user_id     bigint PRIMARY KEY,
    balance     bigint NOT NULL CHECK (balance >= 0),
    -- Sum of paid orders that were not cancelled: headroom for refunds.
    paid        bigint NOT NULL CHECK (paid >= 0),
    -- How far the ids of the last batch had come that changed this row
    -- (millisecond and counter of a UUIDv7): later ones go on above it,
    -- whatever the clock of their instance says.
    last_key    bigint NOT NULL,
    created_at  bigint NOT NULL,
    last_order  uuid,
    last_entry  uuid,
    last_coupon uuid,
    name        text
) WITH (fillfactor = 70);

CREATE TABLE products (
    product_id       bigint PRIMARY KEY,
    price            bigint NOT NULL CHECK (price >= 0),
    stock            bigint NOT NULL CHECK (stock >= 0),
    -- Pieces in paid orders that were not cancelled: headroom for returns.
    sold             bigint NOT NULL CHECK (sold >= 0),
    -- See users.
    last_key         bigint NOT NULL,
    created_at       bigint NOT NULL,
    -- How far the ids had come when it was created: no older order names it.
    created_key      bigint NOT NULL,
    max_per_user     bigint,
    active           boolean NOT NULL,
    counts_purchases boolean NOT NULL,
    -- Whether purchases were counted since it was created: then a user without
    -- a row in purchases has none.
    always_counted   boolean NOT NULL,
    name             text NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE stock_adjustments (
    product_id    bigint NOT NULL,
    adjustment_id uuid NOT NULL,
    delta         bigint NOT NULL,
    stock         bigint NOT NULL,
    created_at    bigint NOT NULL,
    opening       boolean NOT NULL,
    reason        text,
    PRIMARY KEY (product_id, adjustment_id)
);

CREATE TABLE campaigns (
    campaign_id      bigint PRIMARY KEY,
    quantity         bigint NOT NULL,
    issued           bigint NOT NULL CHECK (issued BETWEEN 0 AND quantity),
    valid_from       bigint NOT NULL,
    valid_until      bigint NOT NULL,
    created_at       bigint NOT NULL,
    fixed_amount     bigint,
    max_amount       bigint,
    minimum_subtotal bigint,
    percent          smallint,
    name             text NOT NULL,
    CHECK ((fixed_amount IS NULL) <> (percent IS NULL))
) WITH (fillfactor = 50);

CREATE TABLE coupons (
    coupon_id   uuid PRIMARY KEY,
    campaign_id bigint NOT NULL,
    user_id     bigint NOT NULL,
    sequence    bigint NOT NULL,
    created_at  bigint NOT NULL,
    previous    uuid,
    -- The paid order that used it.
    used_by     uuid,
    used_at     bigint,
    UNIQUE (campaign_id, user_id)
) WITH (fillfactor = 80);

CREATE TABLE orders (
    order_id      uuid PRIMARY KEY,
    user_id       bigint NOT NULL,
    subtotal      bigint NOT NULL,
    discount      bigint NOT NULL,
    balance_after bigint NOT NULL,
    created_at    bigint NOT NULL,
    previous      uuid,
    coupon_id     uuid,
    cancelled_at  bigint,
    restocked     boolean,
    -- [[productId, quantity, unitPrice, discount, "name"], ...]; the view
    -- order_lines shows them as rows.
    lines         json NOT NULL,
    cancel_reason text
);

CREATE VIEW order_lines AS
SELECT orders.order_id,
       line.number                                                     AS line_number,
       (line.value ->> 0)::bigint                                      AS product_id,
       line.value ->> 4                                                AS name,
       (line.value ->> 1)::bigint                                      AS quantity,
       (line.value ->> 2)::bigint                                      AS unit_price,
       (line.value ->> 1)::bigint * (line.value ->> 2)::bigint         AS amount,
       (line.value ->> 3)::bigint                                      AS discount
FROM orders
CROSS JOIN LATERAL json_array_elements(orders.lines) WITH ORDINALITY AS line (value, number);

CREATE TABLE entries (
    entry_id      uuid PRIMARY KEY,
    user_id       bigint NOT NULL,
    amount        bigint NOT NULL,
    balance_after bigint NOT NULL CHECK (balance_after >= 0),
    created_at    bigint NOT NULL,
    previous      uuid,
    order_id      uuid,
    -- 1 charge, 2 payment, 3 refund, 4 adjustment
    kind          smallint NOT NULL CHECK (kind BETWEEN 1 AND 4),
    reference     text,
    reason        text
);

-- One row for each batch that changed something or answered a request again, in its own
-- transaction: it tells whether a commit whose answer was lost was done, and it
-- carries the batch's events, in the order in which they were decided.
CREATE TABLE batches (
    batch_id        uuid PRIMARY KEY,
    created_at      bigint NOT NULL,
    -- How far the ids had come at its end; its own is the first of them.
    last_key        bigint NOT NULL,
    -- Set in a row that was put here to make sure that the batch of this id,
    -- which had not come through, never will.
    fenced          boolean NOT NULL,
    event_ids       uuid[] NOT NULL,
    event_order_ids uuid[] NOT NULL,
    -- 1 paid, 2 cancelled
    event_kinds     smallint[] NOT NULL
);

-- Batches with events that have no place yet in the sequence that readers see.
CREATE TABLE unnumbered_batches (
    batch_id    uuid PRIMARY KEY,
    event_count integer NOT NULL
);

-- The place of each batch's first event. Given after the commit, by whoever
-- wants to read: a number drawn in the order's own transaction could become
-- visible after a greater one, and a reader would skip it.
CREATE TABLE numbered_batches (
    first_sequence bigint PRIMARY KEY,
    batch_id       uuid NOT NULL
);

-- Locked by whoever gives out numbers.
CREATE TABLE sequencer (
    singleton     smallint PRIMARY KEY CHECK (singleton = 1),
    next_sequence bigint NOT NULL
);

INSERT INTO sequencer (singleton, next_sequence) VALUES (1, 1);

CREATE VIEW events AS
SELECT numbered_batches.first_sequence + event.position - 1 AS sequence,
       event.event_id,
       event.order_id,
       event.kind
FROM numbered_batches
JOIN batches USING (batch_id)
CROSS JOIN LATERAL unnest(batches.event_ids, batches.event_order_ids, batches.event_kinds)
    WITH ORDINALITY AS event (event_id, order_id, kind, position);

-- The 16 bytes of a UUID after a zero byte for a key in the canonical text form
-- of a UUID, else the text. The key comes first, so that keys which rise with
-- time append.
CREATE TABLE idempotency_keys (
    key           bytea NOT NULL,
    -- id * 4 + kind: 0 a user's, 1 a product's, 2 those of campaign creation
    scope         bigint NOT NULL,
    fingerprint   uuid NOT NULL,
    -- Which row the first answer is rendered from again:
    -- 1 entry, 2 stock adjustment, 3 campaign, 4 coupon given out, 5 coupon
    -- held already, 6 order placed, 7 order cancelled
    answer_kind   smallint NOT NULL CHECK (answer_kind BETWEEN 1 AND 7),
    answer_id     uuid,
    answer_number bigint,
    -- Of a coupon held already: the order that had used it by then, and when.
    used_by       uuid,
    used_at       bigint,
    PRIMARY KEY (key, scope)
);

-- Pieces of a product in one user's paid orders, for products that count them.
-- Where there is no row yet, the user's chain of orders tells.
CREATE TABLE purchases (
    product_id bigint NOT NULL,
    user_id    bigint NOT NULL,
    quantity   bigint NOT NULL CHECK (quantity >= 0),
    PRIMARY KEY (product_id, user_id)
) WITH (fillfactor = 80);

-- Best sellers. `amount` is a double: exact up to 2^53, and it cannot overflow.
CREATE TABLE sales (
    hour       bigint NOT NULL,
    product_id bigint NOT NULL,
    quantity   bigint NOT NULL,
    amount     double precision NOT NULL,
    PRIMARY KEY (hour, product_id)
) WITH (fillfactor = 70);

-- What recent batches add to `sales`, a row each, until it is folded into it:
-- a product that sells a hundred times a minute is written there once.
CREATE TABLE sales_log (
    batch_id    uuid PRIMARY KEY,
    hours       bigint[] NOT NULL,
    product_ids bigint[] NOT NULL,
    quantities  bigint[] NOT NULL,
    amounts     double precision[] NOT NULL
);

-- Locked by whoever folds.
CREATE TABLE sales_folder (
    singleton smallint PRIMARY KEY CHECK (singleton = 1)
);

INSERT INTO sales_folder (singleton) VALUES (1);

-- Both together: several rows an hour and product, to be summed.
CREATE VIEW all_sales AS
SELECT hour, product_id, quantity, amount FROM sales
UNION ALL
SELECT it.hour, it.product_id, it.quantity, it.amount
FROM sales_log
CROSS JOIN LATERAL unnest(sales_log.hours, sales_log.product_ids, sales_log.quantities,
                          sales_log.amounts)
    AS it (hour, product_id, quantity, amount);

-- Written only to learn whether the database takes writes again.
CREATE TABLE probe (
    singleton  smallint PRIMARY KEY CHECK (singleton = 1),
    probed_at  bigint NOT NULL
) WITH (fillfactor = 50);

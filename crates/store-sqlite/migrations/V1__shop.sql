-- The schema is append-friendly: what an order adds goes to the right edge of
-- its table. `key` is the millisecond and counter of a UUIDv7 (its upper 60
-- bits less version), `id_low` the 62 random bits below: together they are the
-- id, and no index is needed to find a row by it. Lists of one user are chains
-- (`last_…` in users, `previous` in the row). Times are microseconds since the
-- Unix epoch, amounts are in the currency's minor unit.

CREATE TABLE shop (
    singleton   INTEGER PRIMARY KEY CHECK (singleton = 1),
    currency    TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    -- Millisecond and counter of the last id minted, by whichever process.
    last_key    INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    user_id     INTEGER PRIMARY KEY,
    name        TEXT,
    balance     INTEGER NOT NULL CHECK (balance >= 0),
    -- Sum of paid orders that were not cancelled: headroom for refunds.
    paid        INTEGER NOT NULL CHECK (paid >= 0),
    last_order  INTEGER,
    last_entry  INTEGER,
    last_coupon INTEGER,
    created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE products (
    product_id       INTEGER PRIMARY KEY,
    name             TEXT NOT NULL,
    price            INTEGER NOT NULL CHECK (price >= 0),
    active           INTEGER NOT NULL,
    max_per_user     INTEGER,
    counts_purchases INTEGER NOT NULL,
    created_at       INTEGER NOT NULL
) STRICT;

-- What orders change of a product, apart from what they only read: some
-- hundred products share a page.
CREATE TABLE stocks (
    product_id INTEGER PRIMARY KEY,
    stock      INTEGER NOT NULL CHECK (stock >= 0),
    -- Pieces in paid orders that were not cancelled: headroom for returns.
    sold       INTEGER NOT NULL CHECK (sold >= 0)
) STRICT;

CREATE TABLE stock_adjustments (
    product_id INTEGER NOT NULL,
    key        INTEGER NOT NULL,
    id_low     INTEGER NOT NULL,
    delta      INTEGER NOT NULL,
    stock      INTEGER NOT NULL,
    reason     TEXT,
    opening    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (product_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE campaigns (
    campaign_id      INTEGER PRIMARY KEY,
    name             TEXT NOT NULL,
    fixed_amount     INTEGER,
    percent          INTEGER,
    max_amount       INTEGER,
    minimum_subtotal INTEGER,
    valid_from       INTEGER NOT NULL,
    valid_until      INTEGER NOT NULL,
    quantity         INTEGER NOT NULL,
    issued           INTEGER NOT NULL CHECK (issued BETWEEN 0 AND quantity),
    created_at       INTEGER NOT NULL,
    CHECK ((fixed_amount IS NULL) <> (percent IS NULL))
) STRICT;

CREATE TABLE coupons (
    key         INTEGER PRIMARY KEY,
    id_low      INTEGER NOT NULL,
    campaign_id INTEGER NOT NULL,
    user_id     INTEGER NOT NULL,
    previous    INTEGER,
    sequence    INTEGER NOT NULL,
    -- The key of the paid order that used it.
    used_by     INTEGER,
    used_at     INTEGER,
    created_at  INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX coupons_by_holder ON coupons (campaign_id, user_id);

CREATE TABLE orders (
    key           INTEGER PRIMARY KEY,
    id_low        INTEGER NOT NULL,
    user_id       INTEGER NOT NULL,
    previous      INTEGER,
    coupon_key    INTEGER,
    coupon_low    INTEGER,
    subtotal      INTEGER NOT NULL,
    discount      INTEGER NOT NULL,
    balance_after INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    -- [[productId, quantity, unitPrice, discount, "name"], …]; the view
    -- order_lines shows them as rows.
    lines         TEXT NOT NULL,
    cancelled_at  INTEGER,
    cancel_reason TEXT,
    restocked     INTEGER
) STRICT;

CREATE VIEW order_lines AS
SELECT orders.key                                                          AS order_key,
       line.key + 1                                                        AS line_number,
       json_extract(line.value, '$[0]')                                    AS product_id,
       json_extract(line.value, '$[4]')                                    AS name,
       json_extract(line.value, '$[1]')                                    AS quantity,
       json_extract(line.value, '$[2]')                                    AS unit_price,
       json_extract(line.value, '$[1]') * json_extract(line.value, '$[2]') AS amount,
       json_extract(line.value, '$[3]')                                    AS discount
FROM orders, json_each(orders.lines) AS line;

CREATE TABLE entries (
    key           INTEGER PRIMARY KEY,
    id_low        INTEGER NOT NULL,
    user_id       INTEGER NOT NULL,
    previous      INTEGER,
    -- 1 charge, 2 payment, 3 refund, 4 adjustment
    kind          INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4),
    amount        INTEGER NOT NULL,
    balance_after INTEGER NOT NULL CHECK (balance_after >= 0),
    order_key     INTEGER,
    reference     TEXT,
    reason        TEXT,
    created_at    INTEGER NOT NULL
) STRICT;

-- The body of an event is rendered from its order, which never changes but by
-- its one cancel.
CREATE TABLE events (
    sequence  INTEGER PRIMARY KEY,
    id_key    INTEGER NOT NULL,
    id_low    INTEGER NOT NULL,
    order_key INTEGER NOT NULL,
    -- 1 paid, 2 cancelled
    kind      INTEGER NOT NULL CHECK (kind IN (1, 2))
) STRICT;

-- The key comes first, so that keys which rise with time append. A key in the
-- text form of a UUID is stored as its 16 bytes.
CREATE TABLE idempotency_keys (
    key         ANY NOT NULL,
    -- id * 4 + kind: 0 a user's, 1 a product's, 2 those of campaign creation
    scope       INTEGER NOT NULL,
    fingerprint BLOB NOT NULL,
    -- Which row the first answer is rendered from again:
    -- 1 entry, 2 stock adjustment, 3 campaign, 4 coupon given out, 5 coupon
    -- held already, 6 order placed, 7 order cancelled
    answer_kind INTEGER NOT NULL CHECK (answer_kind BETWEEN 1 AND 7),
    answer_key  INTEGER NOT NULL,
    -- Of a coupon held already: the order that had used it by then, and when.
    used_by     INTEGER,
    used_at     INTEGER,
    PRIMARY KEY (key, scope)
) STRICT, WITHOUT ROWID;

-- Pieces of a product in one user's paid orders, for products that count them.
-- Where there is no row yet, the user's chain of orders tells.
CREATE TABLE purchases (
    product_id INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    quantity   INTEGER NOT NULL CHECK (quantity >= 0),
    PRIMARY KEY (product_id, user_id)
) STRICT, WITHOUT ROWID;

-- Best sellers. `amount` is REAL: exact up to 2^53, and it cannot overflow.
CREATE TABLE sales (
    hour       INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    quantity   INTEGER NOT NULL,
    amount     REAL NOT NULL,
    PRIMARY KEY (hour, product_id)
) STRICT, WITHOUT ROWID;

-- Sales of recent batches that are not yet in `sales`: one row a batch and
-- hour, folded together now and then. [[productId, quantity, amount], …]
CREATE TABLE sales_log (
    entry  INTEGER PRIMARY KEY,
    hour   INTEGER NOT NULL,
    deltas TEXT NOT NULL
) STRICT;

-- Imports that have begun, so that one that was cut short can be finished.
CREATE TABLE imports (
    digest      BLOB PRIMARY KEY,
    rows_done   INTEGER NOT NULL,
    finished_at INTEGER
) STRICT, WITHOUT ROWID;

-- Written only to learn whether a full disk has room again: as many pages as
-- a batch of orders writes.
CREATE TABLE probe (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    filler    BLOB NOT NULL
) STRICT;

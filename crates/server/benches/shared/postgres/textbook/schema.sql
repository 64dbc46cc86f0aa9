-- The shop of the textbook, as a careful engineer writes it over an ORM: a
-- table an entity, numbered by the database, an index for each page that the
-- API lists. No foreign keys, whose checks would cost an order a few locks
-- more, and room on the pages of the rows that orders update: it is not made
-- slow on purpose.

CREATE TABLE users (
    id         bigint PRIMARY KEY,
    name       text NOT NULL,
    balance    bigint NOT NULL CHECK (balance >= 0),
    created_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 70);

CREATE TABLE products (
    id         bigint PRIMARY KEY,
    name       text NOT NULL,
    price      bigint NOT NULL CHECK (price >= 0),
    stock      bigint NOT NULL CHECK (stock >= 0),
    created_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 70);

CREATE TABLE orders (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id         bigint NOT NULL,
    idempotency_key uuid NOT NULL UNIQUE,
    status          text NOT NULL DEFAULT 'PAID',
    total           bigint NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX ON orders (user_id, id);

CREATE TABLE order_lines (
    order_id    bigint NOT NULL,
    line_number integer NOT NULL,
    product_id  bigint NOT NULL,
    quantity    bigint NOT NULL,
    unit_price  bigint NOT NULL,
    PRIMARY KEY (order_id, line_number)
);

CREATE TABLE ledger_entries (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id       bigint NOT NULL,
    order_id      bigint,
    amount        bigint NOT NULL,
    balance_after bigint NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX ON ledger_entries (user_id, id);

CREATE TABLE events (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text NOT NULL,
    order_id   bigint NOT NULL,
    payload    jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

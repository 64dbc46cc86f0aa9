-- One order as one transaction, after the lines that say what is ordered. What
-- an application computes from the rows it has locked is computed here; the
-- prices are known beforehand, since pgbench keeps no more than one row.
\set user random(1, :users)
\set request :request + 1

-- Products are locked in one order, so that no two orders wait for each other.
\if :lines = 1
\set product_1 :any_1
\set total (:base_price + :product_1) * :quantity_1
\elif :lines = 2
\set product_1 least(:any_1, :any_2)
\set product_2 greatest(:any_1, :any_2)
\set price_2 :base_price + :product_2
\set total (:base_price + :product_1) * :quantity_1 + :price_2 * :quantity_2
\else
\set product_1 least(:any_1, :any_2, :any_3)
\set product_3 greatest(:any_1, :any_2, :any_3)
\set product_2 :any_1 + :any_2 + :any_3 - :product_1 - :product_3
\set price_2 :base_price + :product_2
\set price_3 :base_price + :product_3
\set total (:base_price + :product_1) * :quantity_1 + :price_2 * :quantity_2 + :price_3 * :quantity_3
\endif
\set price_1 :base_price + :product_1

BEGIN;
SELECT balance FROM users WHERE id = :user FOR UPDATE \gset
\if :lines = 1
SELECT id, price, stock FROM products WHERE id = :product_1 FOR UPDATE;
\elif :lines = 2
SELECT id, price, stock FROM products WHERE id IN (:product_1, :product_2) ORDER BY id FOR UPDATE;
\else
SELECT id, price, stock FROM products WHERE id IN (:product_1, :product_2, :product_3) ORDER BY id FOR UPDATE;
\endif
\set balance :balance - :total
\set amount -:total
UPDATE users SET balance = :balance WHERE id = :user;
UPDATE products SET stock = stock - :quantity_1 WHERE id = :product_1;
\if :lines > 1
UPDATE products SET stock = stock - :quantity_2 WHERE id = :product_2;
\endif
\if :lines > 2
UPDATE products SET stock = stock - :quantity_3 WHERE id = :product_3;
\endif
-- The key: the upper half rises with time, the lower is the client's own.
INSERT INTO orders (user_id, idempotency_key, total) VALUES (:user, (lpad(to_hex(:request::bigint), 16, '0') || lpad(to_hex(:client_id::bigint), 16, '0'))::uuid, :total) RETURNING id AS order_id \gset
\if :lines = 1
INSERT INTO order_lines (order_id, line_number, product_id, quantity, unit_price) VALUES (:order_id, 1, :product_1, :quantity_1, :price_1);
\elif :lines = 2
INSERT INTO order_lines (order_id, line_number, product_id, quantity, unit_price) VALUES (:order_id, 1, :product_1, :quantity_1, :price_1), (:order_id, 2, :product_2, :quantity_2, :price_2);
\else
INSERT INTO order_lines (order_id, line_number, product_id, quantity, unit_price) VALUES (:order_id, 1, :product_1, :quantity_1, :price_1), (:order_id, 2, :product_2, :quantity_2, :price_2), (:order_id, 3, :product_3, :quantity_3, :price_3);
\endif
INSERT INTO ledger_entries (user_id, order_id, amount, balance_after) VALUES (:user, :order_id, :amount, :balance);
INSERT INTO events (kind, order_id, payload) VALUES ('ORDER_PAID', :order_id, jsonb_build_object('orderId', :order_id::bigint, 'userId', :user::bigint, 'total', :total::bigint, 'lines', :lines::bigint));
COMMIT;

-- 1 to 3 lines of any products.
\set lines random(1, 3)
\set any_1 random(1, :products)
\set any_2 random(1, :products)
\set any_3 random(1, :products)
\set quantity_1 random(1, 3)
\set quantity_2 random(1, 3)
\set quantity_3 random(1, 3)

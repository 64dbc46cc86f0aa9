-- 1 to 3 lines; the product of rank n is wanted n times less often than the first.
\set lines random(1, 3)
\set any_1 least(greatest(int(pow(:products, random(0, 999999) / 1000000.0)), 1), :products)
\set any_2 least(greatest(int(pow(:products, random(0, 999999) / 1000000.0)), 1), :products)
\set any_3 least(greatest(int(pow(:products, random(0, 999999) / 1000000.0)), 1), :products)
\set quantity_1 random(1, 3)
\set quantity_2 random(1, 3)
\set quantity_3 random(1, 3)

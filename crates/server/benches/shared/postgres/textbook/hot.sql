-- One piece of the one product that everybody wants.
\set lines 1
\set any_1 1
\set quantity_1 1

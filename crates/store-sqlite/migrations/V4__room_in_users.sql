-- A user's row grows with the first order: the keys of its chains, what was paid.
-- On the day on which a shop opens each page of users would be split for it, and
-- after a split SQLite walks its whole page cache at the commit. A new row has a
-- filler of that length, which the first order takes away.
ALTER TABLE users ADD COLUMN room BLOB;

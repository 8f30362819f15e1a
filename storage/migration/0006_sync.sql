-- What tells that a message on a server is one of which the source is here: the
-- hash of its header as the server gave it, together with the size.
ALTER TABLE raw ADD COLUMN head BLOB;
CREATE INDEX raw_head ON raw(head) WHERE head IS NOT NULL;

-- The source is the header alone; size is that of the whole message.
ALTER TABLE raw ADD COLUMN partial INTEGER NOT NULL DEFAULT 0;

-- Folders that no server has: what was imported lies there.
ALTER TABLE folder ADD COLUMN local INTEGER NOT NULL DEFAULT 0;

CREATE TABLE saved_search (
  name  TEXT PRIMARY KEY,
  query TEXT NOT NULL
) WITHOUT ROWID;

-- Messages that the user was told about, so that of two processes one tells.
CREATE TABLE told (
  message TEXT PRIMARY KEY,
  at      INTEGER NOT NULL
) WITHOUT ROWID;

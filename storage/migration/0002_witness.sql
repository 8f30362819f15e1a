-- What the other received copies of a message show, where there are several
-- that came by different ways. The message itself stands for the copy that
-- protected least.
CREATE TABLE witness (
  message  INTEGER NOT NULL,
  account  INTEGER NOT NULL REFERENCES account(id),
  raw      INTEGER NOT NULL REFERENCES raw(id),
  received INTEGER NOT NULL,
  score    INTEGER NOT NULL,
  origin   BLOB,
  detail   BLOB NOT NULL,
  PRIMARY KEY (message, account, raw)
) WITHOUT ROWID;
CREATE INDEX witness_account ON witness(account, message, raw);
CREATE INDEX witness_raw ON witness(raw);

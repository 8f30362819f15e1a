-- Certificates, and what was seen of keys in the hands of addresses. None of
-- this is derived from stored messages alone: a rebuild leaves it as it is.
CREATE TABLE certificate (
  fingerprint TEXT PRIMARY KEY,
  data        BLOB NOT NULL
);

CREATE TABLE binding (
  protocol    TEXT NOT NULL,
  ident       TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  source      TEXT NOT NULL,
  first       INTEGER NOT NULL,
  last        INTEGER NOT NULL,
  signatures  INTEGER NOT NULL,
  days        INTEGER NOT NULL,
  policy      TEXT NOT NULL,
  verified    INTEGER NOT NULL,
  how         TEXT NOT NULL,
  PRIMARY KEY (protocol, ident, fingerprint)
) WITHOUT ROWID;

CREATE TABLE peer (
  protocol    TEXT NOT NULL,
  ident       TEXT NOT NULL,
  seen        INTEGER NOT NULL,
  autocrypt   INTEGER NOT NULL,
  key         TEXT NOT NULL,
  mutual      INTEGER NOT NULL,
  gossip      INTEGER NOT NULL,
  gossip_key  TEXT NOT NULL,
  protects    INTEGER NOT NULL,
  caliopen    TEXT NOT NULL,
  caliopen_at INTEGER NOT NULL,
  PRIMARY KEY (protocol, ident)
) WITHOUT ROWID;

-- The messages that bore a valid signature by a key.
CREATE TABLE signature (
  protocol    TEXT NOT NULL,
  ident       TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  message     TEXT NOT NULL,
  day         INTEGER NOT NULL,
  PRIMARY KEY (protocol, ident, fingerprint, message)
) WITHOUT ROWID;

-- When the network was asked for the key of an address, and whether in vain.
CREATE TABLE lookup (
  protocol TEXT NOT NULL,
  ident    TEXT NOT NULL,
  method   TEXT NOT NULL,
  at       INTEGER NOT NULL,
  found    INTEGER NOT NULL,
  PRIMARY KEY (protocol, ident, method)
) WITHOUT ROWID;

CREATE TABLE policy (
  domain TEXT NOT NULL,
  kind   TEXT NOT NULL,
  until  INTEGER NOT NULL,
  data   BLOB,
  PRIMARY KEY (domain, kind)
) WITHOUT ROWID;

-- One index a day of each thing that has one.
CREATE TABLE score (
  object TEXT NOT NULL,
  day    INTEGER NOT NULL,
  score  INTEGER NOT NULL,
  level  TEXT NOT NULL,
  PRIMARY KEY (object, day)
) WITHOUT ROWID;

-- The best score that was possible when a message was sent.
CREATE TABLE best (
  message TEXT PRIMARY KEY,
  best    INTEGER NOT NULL
) WITHOUT ROWID;

-- What stands inside the seal of a message, sealed by the vault. The serial
-- goes up whenever a row is written anew.
CREATE TABLE sealed (
  serial  INTEGER PRIMARY KEY AUTOINCREMENT,
  message INTEGER NOT NULL UNIQUE,
  head    BLOB NOT NULL, -- subject, excerpt, names, attachments, links
  body    BLOB NOT NULL
);

ALTER TABLE raw ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;

-- A place tells that the content is sealed, and by what name it was.
ALTER TABLE draft ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN secret BLOB;
ALTER TABLE outbox ADD COLUMN line BLOB;
ALTER TABLE outbox ADD COLUMN closed INTEGER NOT NULL DEFAULT 0; -- wire and copy are sealed too

UPDATE message SET marks = marks | 256 WHERE marks & 16 <> 0
  AND (SELECT CAST(detail AS TEXT) FROM doc WHERE doc.id = message.id) LIKE '%"mime.sealed"%';
CREATE INDEX message_waiting ON message(id) WHERE marks & 256 <> 0;

-- Raw sources, once for each distinct SHA-256.
CREATE TABLE raw (
  id     INTEGER PRIMARY KEY,
  sha    BLOB NOT NULL UNIQUE,
  size   INTEGER NOT NULL,
  packed BLOB NOT NULL
);

CREATE TABLE account (
  id       INTEGER PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE,
  protocol TEXT NOT NULL DEFAULT '',
  label    TEXT NOT NULL DEFAULT '',
  learned  BLOB
);

-- The folder with the empty name holds copies that no server has shown yet.
CREATE TABLE folder (
  id       INTEGER PRIMARY KEY,
  account  INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
  name     TEXT NOT NULL,
  use      TEXT NOT NULL DEFAULT '',
  validity INTEGER NOT NULL DEFAULT 0,
  uidnext  INTEGER NOT NULL DEFAULT 0,
  modseq   INTEGER NOT NULL DEFAULT 0,
  messages INTEGER NOT NULL DEFAULT 0,
  cursor   TEXT NOT NULL DEFAULT '',
  UNIQUE (account, name)
);

CREATE TABLE contact (
  id     INTEGER PRIMARY KEY,
  key    TEXT NOT NULL UNIQUE,
  name   TEXT NOT NULL DEFAULT '',
  named  INTEGER NOT NULL DEFAULT 0, -- the user gave the name
  kind   TEXT NOT NULL DEFAULT '',
  pin    TEXT NOT NULL DEFAULT '',
  notes  TEXT NOT NULL DEFAULT '',
  folded TEXT NOT NULL DEFAULT '',   -- name and addresses, without case and accents
  sent   INTEGER NOT NULL DEFAULT 0, -- last written to
  seen   INTEGER NOT NULL DEFAULT 0  -- last heard of
);

CREATE TABLE address (
  id       INTEGER PRIMARY KEY,
  protocol TEXT NOT NULL,
  ident    TEXT NOT NULL,
  contact  INTEGER NOT NULL REFERENCES contact(id),
  name     TEXT NOT NULL DEFAULT '',
  messages INTEGER NOT NULL DEFAULT 0,
  seen     INTEGER NOT NULL DEFAULT 0,
  sent     INTEGER NOT NULL DEFAULT 0,
  bounced  INTEGER NOT NULL DEFAULT 0,
  own      INTEGER NOT NULL DEFAULT 0, -- an account's own address: nobody can take it from "me"
  UNIQUE (protocol, ident)
);
CREATE INDEX address_contact ON address(contact);
CREATE INDEX address_own ON address(own) WHERE own = 1;

CREATE TABLE conversation (
  id       INTEGER PRIMARY KEY,
  key      TEXT NOT NULL UNIQUE,
  kind     TEXT NOT NULL,
  contacts TEXT NOT NULL DEFAULT '[]',
  list     TEXT NOT NULL DEFAULT '',
  channels TEXT NOT NULL DEFAULT '',
  messages INTEGER NOT NULL DEFAULT 0,
  unread   INTEGER NOT NULL DEFAULT 0,
  starred  INTEGER NOT NULL DEFAULT 0,
  last     INTEGER NOT NULL DEFAULT 0, -- newest message
  heard    INTEGER NOT NULL DEFAULT 0, -- newest message received
  archived INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX conversation_last ON conversation(last, kind, archived, unread, messages);

-- Conversations that were joined or split away, and where they went.
CREATE TABLE moved (
  old TEXT PRIMARY KEY,
  new TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX moved_new ON moved(new);

CREATE TABLE muted (
  conversation TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE circle (
  id           INTEGER PRIMARY KEY,
  key          BLOB NOT NULL UNIQUE,
  kind         TEXT NOT NULL,
  protocol     TEXT NOT NULL,
  list         TEXT NOT NULL DEFAULT '',
  sender       INTEGER NOT NULL DEFAULT 0,
  conversation INTEGER NOT NULL REFERENCES conversation(id),
  messages     INTEGER NOT NULL DEFAULT 0,
  unread       INTEGER NOT NULL DEFAULT 0,
  starred      INTEGER NOT NULL DEFAULT 0,
  last         INTEGER NOT NULL DEFAULT 0,
  heard        INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX circle_conversation ON circle(conversation);
CREATE INDEX circle_list ON circle(list) WHERE list <> '';

CREATE TABLE circle_address (
  address INTEGER NOT NULL,
  circle  INTEGER NOT NULL,
  PRIMARY KEY (address, circle)
) WITHOUT ROWID;
CREATE INDEX circle_addresses ON circle_address(circle, address);

-- The id is the date: seconds since 1990 times 16, so that the newest messages
-- have the highest ids in every index.
CREATE TABLE message (
  id        INTEGER PRIMARY KEY,
  key       TEXT NOT NULL UNIQUE,
  circle    INTEGER NOT NULL REFERENCES circle(id),
  account   INTEGER NOT NULL REFERENCES account(id),
  raw       INTEGER NOT NULL REFERENCES raw(id),
  epoch     INTEGER NOT NULL DEFAULT 0, -- the rebuild that derived it
  protocol  TEXT NOT NULL,
  direction TEXT NOT NULL,
  date      INTEGER NOT NULL,
  received  INTEGER NOT NULL,
  size      INTEGER NOT NULL,
  score     INTEGER NOT NULL,
  level     TEXT NOT NULL,
  marks     INTEGER NOT NULL,
  away      INTEGER NOT NULL DEFAULT 0, -- 0 shown, 1 archived, 2 trash or junk, 3 a server's draft
  read      INTEGER NOT NULL DEFAULT 0,
  starred   INTEGER NOT NULL DEFAULT 0,
  folder    INTEGER NOT NULL DEFAULT 0,
  tags      TEXT NOT NULL DEFAULT '',
  rfcid     TEXT NOT NULL DEFAULT '',
  subject   TEXT NOT NULL DEFAULT '',
  excerpt   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX message_circle ON message(circle);
CREATE INDEX message_raw ON message(raw);
CREATE INDEX message_unread ON message(id) WHERE read = 0;
CREATE INDEX message_starred ON message(id) WHERE starred = 1;

-- What is needed of a message only when it is opened, and what is indexed.
CREATE TABLE doc (
  id      INTEGER PRIMARY KEY REFERENCES message(id) ON UPDATE CASCADE,
  detail  BLOB NOT NULL,
  origin  BLOB,
  subject TEXT NOT NULL,
  people  TEXT NOT NULL,
  file    TEXT NOT NULL,
  cjk     TEXT NOT NULL,
  body    TEXT NOT NULL
);

CREATE TABLE party (
  address INTEGER NOT NULL,
  message INTEGER NOT NULL,
  role    INTEGER NOT NULL,
  PRIMARY KEY (address, message, role)
) WITHOUT ROWID;

-- A copy on a server. One without uid and remote is a promise: sent, moved or
-- awaited again after a reset; grace counts the passes it may still wait, -1
-- for ever.
CREATE TABLE location (
  id       INTEGER PRIMARY KEY,
  folder   INTEGER NOT NULL REFERENCES folder(id) ON DELETE CASCADE,
  validity INTEGER NOT NULL,
  uid      INTEGER NOT NULL,
  remote   TEXT NOT NULL,
  message  INTEGER NOT NULL REFERENCES message(id) ON UPDATE CASCADE,
  raw      INTEGER NOT NULL REFERENCES raw(id),
  flags    INTEGER NOT NULL,
  keywords TEXT NOT NULL DEFAULT '',
  modseq   INTEGER NOT NULL DEFAULT 0,
  put      INTEGER NOT NULL DEFAULT 0, -- put away here, where the account has no folder for it
  grace    INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX location_remote ON location(folder, uid, remote, validity) WHERE uid <> 0 OR remote <> '';
CREATE INDEX location_promise ON location(folder, message) WHERE uid = 0 AND remote = '';
CREATE INDEX location_message ON location(message);
CREATE INDEX location_raw ON location(raw);

CREATE TABLE orphan (
  message INTEGER PRIMARY KEY,
  account INTEGER NOT NULL
);
CREATE TRIGGER location_gone AFTER DELETE ON location BEGIN
  INSERT OR REPLACE INTO orphan (message, account)
  SELECT old.message, coalesce((SELECT account FROM folder WHERE id = old.folder), 0);
END;

CREATE TABLE quarantine (
  folder   INTEGER NOT NULL REFERENCES folder(id) ON DELETE CASCADE,
  validity INTEGER NOT NULL,
  uid      INTEGER NOT NULL,
  remote   TEXT NOT NULL,
  reason   TEXT NOT NULL,
  flags    INTEGER NOT NULL DEFAULT 0,
  received INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (folder, uid, remote, validity)
) WITHOUT ROWID;

CREATE TABLE act (
  id       INTEGER PRIMARY KEY,
  kind     TEXT NOT NULL,
  tag      TEXT NOT NULL DEFAULT '',
  messages TEXT NOT NULL,
  at       INTEGER NOT NULL,
  undone   INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE task (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  act      INTEGER NOT NULL REFERENCES act(id) ON DELETE CASCADE,
  location INTEGER NOT NULL REFERENCES location(id) ON DELETE CASCADE,
  kind     TEXT NOT NULL,
  tag      TEXT NOT NULL DEFAULT '',
  origin   INTEGER NOT NULL DEFAULT 0, -- the folder it was moved from
  target   INTEGER NOT NULL DEFAULT 0, -- the folder it is moved to
  state    TEXT NOT NULL DEFAULT 'pending', -- pending, done, undone, failed, reverse
  problem  TEXT NOT NULL DEFAULT ''
);
CREATE INDEX task_location ON task(location, state);
CREATE INDEX task_act ON task(act);
CREATE INDEX task_state ON task(state);

CREATE TABLE draft (
  key          TEXT PRIMARY KEY,
  conversation TEXT NOT NULL DEFAULT '',
  saved        INTEGER NOT NULL,
  data         BLOB NOT NULL
);
CREATE INDEX draft_conversation ON draft(conversation);

CREATE TABLE outbox (
  key     TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  state   TEXT NOT NULL,
  next    INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL,
  problem TEXT NOT NULL DEFAULT '',
  handed  INTEGER NOT NULL DEFAULT 0,
  tries   INTEGER NOT NULL DEFAULT 0,
  message TEXT NOT NULL DEFAULT '',
  kept    INTEGER NOT NULL DEFAULT 0, -- the server has its copy in Sent, or never will
  data    BLOB NOT NULL,
  wire    BLOB NOT NULL,
  copy    BLOB
);
CREATE INDEX outbox_due ON outbox(account, state, next);

CREATE TABLE setting (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

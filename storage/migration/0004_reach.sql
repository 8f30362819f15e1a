-- What was seen to be reached over TLS: a domain, because mail that it was
-- proved to have sent came from it that way; an address, because mail from it
-- was seen not to leave the provider's servers.
CREATE TABLE reach (
  name TEXT PRIMARY KEY
) WITHOUT ROWID;
CREATE INDEX address_domain ON address(substr(ident, instr(ident, '@') + 1)) WHERE protocol = 'mail';

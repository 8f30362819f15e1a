-- Sealed messages that no own key opens: they are tried again when there is
-- another key.
CREATE INDEX message_shut ON message(id) WHERE marks & 512 <> 0;

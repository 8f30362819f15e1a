-- What a search asks for that few messages have. Ids go up with time, so that
-- each of these gives the newest first.
CREATE INDEX message_marks ON message(marks);
CREATE INDEX message_score ON message(score);
CREATE INDEX message_size ON message(size);
CREATE INDEX message_tags ON message(tags) WHERE tags <> '';
CREATE INDEX message_rfcid ON message(substr(rfcid, 1, 12)) WHERE rfcid <> '';
CREATE INDEX message_draft ON message(id) WHERE away = 3;
CREATE INDEX location_folder ON location(folder, message);

-- How often a copy in quarantine was asked for in vain, and when that was last.
ALTER TABLE quarantine ADD COLUMN tries INTEGER NOT NULL DEFAULT 1;
ALTER TABLE quarantine ADD COLUMN at INTEGER NOT NULL DEFAULT 0;

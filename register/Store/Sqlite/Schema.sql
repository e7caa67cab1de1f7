-- The layout of the file of channels. Times are µs of Unix time unless they end in _ms. Positions are an epoch and a sequence.
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

-- A channel: user '' and partition -1 = "all" of the app. Count and bytes are of its entries. due_at NULL = not due.
CREATE TABLE logs (
    id INTEGER PRIMARY KEY, app TEXT NOT NULL, user TEXT NOT NULL, partition INTEGER NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
    count INTEGER NOT NULL, bytes INTEGER NOT NULL, due_at INTEGER, UNIQUE (app, user));
CREATE INDEX logs_all ON logs (app) WHERE user = '';
CREATE INDEX logs_partition ON logs (partition, app, user);
CREATE INDEX logs_due ON logs (partition, due_at) WHERE due_at IS NOT NULL;

CREATE TABLE entries (
    log INTEGER NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, expires_ms INTEGER NOT NULL, bytes INTEGER NOT NULL, content BLOB NOT NULL,
    UNIQUE (log, epoch, seq));
CREATE INDEX entries_expiry ON entries (log, expires_ms);

-- all_epoch NULL = "all" was never opened; tried_epoch NULL = nothing was tried.
CREATE TABLE readers (
    log INTEGER NOT NULL, device TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, all_epoch INTEGER, all_seq INTEGER, seen_at INTEGER NOT NULL,
    tried_epoch INTEGER, tried_seq INTEGER, attempts INTEGER NOT NULL, first_attempt INTEGER NOT NULL, PRIMARY KEY (log, device)) WITHOUT ROWID;

CREATE TABLE keys (
    log INTEGER NOT NULL, key TEXT NOT NULL, digest BLOB NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, expires_ms INTEGER NOT NULL,
    message_id TEXT NOT NULL, ends_at INTEGER NOT NULL, PRIMARY KEY (log, key)) WITHOUT ROWID;
CREATE INDEX keys_ends ON keys (ends_at);

-- The id orders the letters of a user as they were given up, and is never used again.
CREATE TABLE dead (
    id INTEGER PRIMARY KEY AUTOINCREMENT, log INTEGER NOT NULL, device TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, expires_ms INTEGER NOT NULL,
    code INTEGER NOT NULL, attempts INTEGER NOT NULL, died_ms INTEGER NOT NULL, content BLOB NOT NULL);
CREATE INDEX dead_log ON dead (log, id);
CREATE INDEX dead_died ON dead (died_ms);

CREATE TABLE ledger (
    partition INTEGER NOT NULL, app TEXT NOT NULL, accepted INTEGER NOT NULL, acknowledged INTEGER NOT NULL, expired INTEGER NOT NULL, dead INTEGER NOT NULL,
    pending INTEGER NOT NULL, PRIMARY KEY (partition, app)) WITHOUT ROWID;

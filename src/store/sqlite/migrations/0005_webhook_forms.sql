-- Endpoints choose in which form they get events, and a delivery keeps the form that held when its event happened: all
-- its attempts have the same bytes. JSON; NULL: in full, by Standard Webhooks.
ALTER TABLE endpoints ADD COLUMN form TEXT;

-- An event may belong to no conversation: a test of an endpoint. SQLite cannot take a NOT NULL back, so that the log is
-- copied, and with it what refers to it. Those who refer go first, so that nothing ever refers to what is gone.
CREATE TABLE events_copied (
    -- Never given twice, not even after a deletion: those who follow the log go on from it.
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    -- NULL for what concerns none.
    conversation TEXT,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- The JSON that every follower gets, and that the body of every webhook is made of.
    data TEXT NOT NULL,
    UNIQUE (workspace, id),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
) STRICT;

INSERT INTO events_copied (position, workspace, id, conversation, kind, at, data)
SELECT position, workspace, id, conversation, kind, at, data FROM events ORDER BY position;

CREATE TABLE deliveries_copied (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    event INTEGER NOT NULL REFERENCES events_copied (position),
    form TEXT,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'exhausted')),
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    -- Number of the newest lease, and its end; NULL when no worker holds the delivery.
    lease INTEGER NOT NULL,
    lease_until INTEGER,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, endpoint) REFERENCES endpoints (workspace, id) ON DELETE CASCADE
) STRICT;

INSERT INTO deliveries_copied (workspace, id, endpoint, event, state, attempts, due_at, lease, lease_until)
SELECT workspace, id, endpoint, event, state, attempts, due_at, lease, lease_until FROM deliveries ORDER BY rowid;

CREATE TABLE attempts_copied (
    workspace TEXT NOT NULL,
    delivery TEXT NOT NULL,
    -- Under which lease it was made: one attempt each, so this also numbers them.
    lease INTEGER NOT NULL,
    at INTEGER NOT NULL,
    -- HTTP status; NULL when there was no answer.
    status INTEGER,
    error TEXT NOT NULL,
    duration_ms INTEGER NOT NULL,
    PRIMARY KEY (workspace, delivery, lease),
    FOREIGN KEY (workspace, delivery) REFERENCES deliveries_copied (workspace, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

INSERT INTO attempts_copied (workspace, delivery, lease, at, status, error, duration_ms)
SELECT workspace, delivery, lease, at, status, error, duration_ms FROM attempts;

DROP TABLE attempts;
DROP TABLE deliveries;
DROP TABLE events;

ALTER TABLE events_copied RENAME TO events;
ALTER TABLE deliveries_copied RENAME TO deliveries;
ALTER TABLE attempts_copied RENAME TO attempts;

-- Each index ends in the position by itself.
CREATE INDEX events_of_workspace ON events (workspace);
CREATE INDEX events_of_conversation ON events (workspace, conversation);
CREATE INDEX deliveries_pending ON deliveries (workspace, endpoint, due_at, event) WHERE state = 'pending';
CREATE INDEX deliveries_of_endpoint ON deliveries (workspace, endpoint, event);

-- Times are whole microseconds since 1970, UTC. The workspace comes first in every key.

-- One row, changed to prove that the database can be written.
CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    probes INTEGER NOT NULL
) STRICT;

INSERT INTO meta (id, probes) VALUES (1, 0);

CREATE TABLE conversations (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    status TEXT NOT NULL,
    owner TEXT NOT NULL,
    -- The next three only while it waits for an agent. `priority` is the rank: higher is sooner.
    queue TEXT,
    priority INTEGER,
    waiting_since INTEGER,
    updated_at INTEGER NOT NULL,
    -- JSON of the conversation without its messages.
    state TEXT NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;

CREATE INDEX conversations_waiting ON conversations (workspace, priority DESC, waiting_since, id)
WHERE waiting_since IS NOT NULL;

CREATE TABLE messages (
    workspace TEXT NOT NULL,
    conversation TEXT NOT NULL,
    seq INTEGER NOT NULL,
    -- JSON.
    message TEXT NOT NULL,
    PRIMARY KEY (workspace, conversation, seq),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE turns (
    workspace TEXT NOT NULL,
    conversation TEXT NOT NULL,
    version INTEGER NOT NULL,
    -- JSON of all that is remembered of the turn.
    record TEXT NOT NULL,
    PRIMARY KEY (workspace, conversation, version),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
) STRICT;

CREATE TABLE events (
    -- Never given twice, not even after a deletion: those who follow the log go on from it.
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    conversation TEXT NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- The JSON that every follower and every webhook gets, byte for byte.
    data TEXT NOT NULL,
    UNIQUE (workspace, id),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
) STRICT;

-- Each index ends in the position by itself.
CREATE INDEX events_of_workspace ON events (workspace);
CREATE INDEX events_of_conversation ON events (workspace, conversation);

CREATE TABLE endpoints (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    url TEXT NOT NULL,
    -- JSON list of the kinds wanted; an empty list wants all.
    events TEXT NOT NULL,
    secret TEXT NOT NULL,
    previous_secret TEXT,
    previous_secret_expires_at INTEGER,
    -- Why it takes no more; NULL while it does.
    disabled TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;

CREATE TABLE deliveries (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    event INTEGER NOT NULL REFERENCES events (position),
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'exhausted')),
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    -- Number of the newest lease, and its end; NULL when no worker holds the delivery.
    lease INTEGER NOT NULL,
    lease_until INTEGER,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, endpoint) REFERENCES endpoints (workspace, id) ON DELETE CASCADE
) STRICT;

CREATE INDEX deliveries_pending ON deliveries (workspace, endpoint, due_at, event) WHERE state = 'pending';
CREATE INDEX deliveries_of_endpoint ON deliveries (workspace, endpoint, event);

CREATE TABLE attempts (
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
    FOREIGN KEY (workspace, delivery) REFERENCES deliveries (workspace, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
    workspace TEXT NOT NULL,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    -- The turn that answered.
    conversation TEXT NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (workspace, scope, key)
) STRICT;

CREATE INDEX idempotency_by_age ON idempotency (workspace, at);

CREATE TABLE api_keys (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    sha256 TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;

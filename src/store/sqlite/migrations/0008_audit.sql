-- Who did what. Only ever added to.
CREATE TABLE audit (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    -- JSON.
    detail TEXT NOT NULL,
    address TEXT
) STRICT;

CREATE INDEX audit_of_workspace ON audit (workspace, position);

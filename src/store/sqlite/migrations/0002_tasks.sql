-- What must happen outside because of a turn: written with the turn that wants it, gone with the turn that it ends in.
CREATE TABLE tasks (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    conversation TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    -- End of the newest lease; NULL when no worker holds the task.
    lease_until INTEGER,
    -- JSON.
    task TEXT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
) STRICT;

-- For claiming, which goes over all workspaces: the longest due first, and of those the first that was written, since
-- an index ends in the row's own number by itself.
CREATE INDEX tasks_due ON tasks (due_at);

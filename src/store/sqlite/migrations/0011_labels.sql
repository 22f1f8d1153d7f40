-- What people say of how the bot read a message.
CREATE TABLE labels (
    -- Never given twice: pages of the list go on from it.
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    conversation TEXT NOT NULL,
    state TEXT NOT NULL,
    -- JSON.
    label TEXT NOT NULL,
    UNIQUE (workspace, id),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
) STRICT;

-- Ends in the number by itself.
CREATE INDEX labels_by_state ON labels (workspace, state);

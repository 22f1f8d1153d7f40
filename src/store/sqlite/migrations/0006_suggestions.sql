-- What agents answered to customers, to be suggested again.
CREATE TABLE answers (
    workspace TEXT NOT NULL,
    -- The agent's message.
    message TEXT NOT NULL,
    conversation TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- JSON of all but the meaning.
    answer TEXT NOT NULL,
    -- Of the question: a byte for each number, and the model that made it; NULL until somebody needed it.
    meaning BLOB,
    model TEXT,
    PRIMARY KEY (workspace, message),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
) STRICT;

CREATE INDEX answers_by_age ON answers (workspace, at);

-- What became of suggestions. `intent` is empty where none was read.
CREATE TABLE suggestion_uses (
    workspace TEXT NOT NULL,
    key TEXT NOT NULL,
    intent TEXT NOT NULL,
    sent INTEGER NOT NULL,
    edited INTEGER NOT NULL,
    ignored INTEGER NOT NULL,
    PRIMARY KEY (workspace, key, intent)
) STRICT, WITHOUT ROWID;

-- What agents were shown since one of them last wrote.
CREATE TABLE suggestions_shown (
    workspace TEXT NOT NULL,
    conversation TEXT NOT NULL,
    -- JSON.
    shown TEXT NOT NULL,
    PRIMARY KEY (workspace, conversation),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
) STRICT, WITHOUT ROWID;

-- A customer's conversations. Those of unknown visitors have an empty id and are not in it.
CREATE INDEX conversations_of_customer ON conversations (workspace, json_extract(state, '$.customer.id'))
WHERE json_extract(state, '$.customer.id') <> '';

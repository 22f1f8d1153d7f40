-- What people set while the server runs: the bot's switch.
CREATE TABLE settings (
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    -- How often it has been set. Turns that were decided under another number are not written.
    number INTEGER NOT NULL,
    -- JSON.
    setting TEXT NOT NULL,
    PRIMARY KEY (workspace, name)
) STRICT, WITHOUT ROWID;

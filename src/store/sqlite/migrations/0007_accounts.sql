-- People who may sign in.
CREATE TABLE accounts (
    workspace TEXT NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    -- An argon2id hash in PHC form; NULL until it is set, and for whoever signs in elsewhere.
    password TEXT,
    -- What the company's own sign-in calls them.
    subject TEXT,
    disabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    signed_in_at INTEGER,
    PRIMARY KEY (workspace, login),
    UNIQUE (workspace, subject)
) STRICT, WITHOUT ROWID;

-- Of what a cookie holds only the hash is here.
CREATE TABLE sessions (
    sha256 TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL,
    login TEXT NOT NULL,
    external INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    FOREIGN KEY (workspace, login) REFERENCES accounts (workspace, login)
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_of_account ON sessions (workspace, login);

-- By which a password is set, once. Without a login: the first administrator's.
CREATE TABLE account_links (
    sha256 TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL,
    login TEXT,
    expires_at INTEGER NOT NULL,
    FOREIGN KEY (workspace, login) REFERENCES accounts (workspace, login)
) STRICT, WITHOUT ROWID;

-- What the wall counts, a narrow row for each conversation, written with its turns: the rows of `conversations` hold whole
-- states and are too long to be counted.
CREATE TABLE conversation_figures (
    workspace TEXT NOT NULL,
    conversation TEXT NOT NULL,
    -- When the customer first wrote.
    asked_at INTEGER,
    -- Whether a queue or an agent has ever had it.
    with_people INTEGER NOT NULL,
    -- bot, queue or agent while it is open.
    open_with TEXT,
    -- at_risk or breached.
    late TEXT,
    -- While it is resolved.
    resolved_at INTEGER,
    -- The newest rating.
    rated_at INTEGER,
    score INTEGER,
    PRIMARY KEY (workspace, conversation),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX figures_open ON conversation_figures (workspace, open_with, late) WHERE open_with IS NOT NULL;
CREATE INDEX figures_asked ON conversation_figures (workspace, asked_at, with_people) WHERE asked_at IS NOT NULL;
CREATE INDEX figures_resolved ON conversation_figures (workspace, resolved_at) WHERE resolved_at IS NOT NULL;
CREATE INDEX figures_rated ON conversation_figures (workspace, rated_at, score) WHERE rated_at IS NOT NULL;

INSERT INTO conversation_figures
    (workspace, conversation, asked_at, with_people, open_with, late, resolved_at, rated_at, score)
SELECT c.workspace, c.id,
    (SELECT e.at FROM events e
     WHERE e.workspace = c.workspace AND e.conversation = c.id AND e.kind = 'message.created'
     ORDER BY e.position LIMIT 1),
    c.owner <> 'bot' OR EXISTS (SELECT 1 FROM events e
            WHERE e.workspace = c.workspace AND e.conversation = c.id
              AND e.kind IN ('handoff.requested', 'handoff.accepted')),
    CASE WHEN c.status = 'open' THEN c.owner END,
    NULL,
    (SELECT e.at FROM events e
     WHERE c.status = 'resolved' AND e.workspace = c.workspace AND e.conversation = c.id
       AND e.kind = 'conversation.resolved'
     ORDER BY e.position DESC LIMIT 1),
    (SELECT e.at FROM events e
     WHERE e.workspace = c.workspace AND e.conversation = c.id AND e.kind = 'csat.rated'
     ORDER BY e.position DESC LIMIT 1),
    json_extract(c.state, '$.rating.score')
FROM conversations c;

-- Customers' messages of the last day, as far as the mood and the alerts go.
CREATE TABLE message_figures (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,
    at INTEGER NOT NULL,
    negative INTEGER NOT NULL,
    out_of_scope INTEGER NOT NULL,
    unavailable INTEGER NOT NULL
) STRICT;

CREATE INDEX message_figures_by_age ON message_figures (workspace, at, negative, out_of_scope, unavailable);

-- Agents as routing sees them. What they hold at present is counted from the conversations.
CREATE TABLE agents (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    -- JSON: name, skills, languages, queues, capacity.
    profile TEXT NOT NULL,
    -- JSON, as it was said last.
    presence TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    worked_at INTEGER NOT NULL,
    -- When they last let a conversation go; NULL once they have said that they are ready.
    ended_at INTEGER,
    PRIMARY KEY (workspace, id)
) STRICT;

-- Whom an open conversation keeps busy, and with how many units of their capacity; NULL where it keeps nobody busy.
ALTER TABLE conversations ADD COLUMN agent TEXT;
ALTER TABLE conversations ADD COLUMN units INTEGER;

UPDATE conversations SET agent = json_extract(state, '$.owner.agent.id'), units = 1
WHERE owner = 'agent' AND status = 'open';

CREATE INDEX conversations_of_agent ON conversations (workspace, agent, units) WHERE agent IS NOT NULL;

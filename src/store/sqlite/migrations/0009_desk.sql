-- For the agents' desk: lists of conversations, the one that changed last first, by who has them and by their holder;
-- a list of several kinds is merged of them, so that a few open ones are found among many that are resolved.
CREATE INDEX conversations_by_change ON conversations (workspace, status, owner, updated_at, id);
CREATE INDEX conversations_by_holder
ON conversations (workspace, json_extract(state, '$.owner.agent.id'), status, updated_at, id) WHERE owner = 'agent';

-- 1 where the turn is a note between staff, else NULL.
ALTER TABLE turns ADD COLUMN note INTEGER;

CREATE INDEX turns_that_are_notes ON turns (workspace, conversation, version) WHERE note IS NOT NULL;

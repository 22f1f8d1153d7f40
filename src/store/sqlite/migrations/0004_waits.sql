-- How long customers waited in a queue until an agent took them: the newest few of each queue, for what the next ones
-- are told.
CREATE TABLE waits (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,
    queue TEXT NOT NULL,
    -- Microseconds in which the queue was open.
    waited INTEGER NOT NULL
) STRICT;

-- Ends in the number by itself.
CREATE INDEX waits_of_queue ON waits (workspace, queue);

-- For counting who stands before a place in one queue, without a look at the other queues.
CREATE INDEX conversations_in_queue ON conversations (workspace, queue, priority DESC, waiting_since, id)
WHERE waiting_since IS NOT NULL;

//! What a turn depends on beside the conversation, what came in, what was read of it and the policy.

use crate::domain::bot::BotSwitch;
use crate::domain::standing::Standing;
use crate::domain::time::Timestamp;

#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// How the line stands; `None` where nobody has looked: then the customer is told nothing of the wait, and people are
    /// taken to be there.
    pub standing: Option<&'a Standing>,
    pub switch: &'a BotSwitch,
    pub now: Timestamp,
}

//! Suggested replies: which texts an agent may be offered, how they are ranked, and what is learnt from what the agent
//! sends. Pure: what is known of the customer's words, and what was answered before, is handed in.
//!
//! ```text
//!  canned responses ─┐
//!  passages ─────────┤  pool          score                         an agent's message
//!  flow outcomes ────┼────────▶ candidates ─────▶ the best few ────▶ feedback: sent, edited, ignored,
//!  earlier answers ──┘              ▲                                 and one more earlier answer
//!                                   └─────────────────────────────────────────┘
//! ```

mod feedback;
mod pool;
mod score;
mod words;

pub use crate::triage::suggest::feedback::{feedback, is_as_shown};
pub use crate::triage::suggest::pool::{Case, Remembered, asked, pool};
pub use crate::triage::suggest::score::{Candidate, Evidence, evidence, rank, score};

/// How many replies an agent is offered: what fits on a card without scrolling.
pub const SUGGESTIONS_MAX: usize = 5;

#[cfg(test)]
mod tests;

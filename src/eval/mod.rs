//! Measuring: what a model answers to labelled rows, the figures that follow, and the thresholds that can be
//! trusted. Everything but `reading` is arithmetic on plain values. Knows nothing of the command line.

mod binomial;
pub mod calibrate;
mod chart;
pub mod compare;
pub mod confusion;
pub mod evaluation;
pub mod judged;
pub mod mood;
pub mod reading;
pub mod report;
pub mod retrieval;
pub mod risk;
pub mod scores;

/// Intents of the shipped model that are no request for support: small talk, answers to a question of the bot's,
/// and what is none of the business's affair.
pub const NOT_SUPPORT: [&str; 9] = [
    "greeting",
    "thanks",
    "goodbye",
    "affirm",
    "deny",
    "provide_info",
    "help_general",
    "chitchat",
    "out_of_scope",
];

/// `part / whole`; `None` where there is nothing to divide by.
fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

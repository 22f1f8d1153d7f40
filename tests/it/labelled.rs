//! Labelled messages written for the tests, and what `eval` and `calibrate` make of them through the real program.

mod calibrate;
mod eval;

use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::program::{Finished, firstline};

/// Text, intent, mood: plain requests that a model of these intents should mostly get right.
const MESSAGES: &[(&str, &str, &str)] = &[
    ("where is my order", "track_order", "neutral"),
    (
        "can you tell me where my parcel is right now",
        "track_order",
        "neutral",
    ),
    ("track my package please", "track_order", "neutral"),
    (
        "my parcel should have been here a week ago and nobody tells me anything",
        "delivery_delay",
        "negative",
    ),
    (
        "how long does delivery take to scotland",
        "delivery_time",
        "neutral",
    ),
    ("what does express shipping cost", "shipping_options", "neutral"),
    (
        "please send my order to another address, i moved",
        "change_address",
        "neutral",
    ),
    ("cancel my order", "cancel_order", "neutral"),
    (
        "i want to cancel the order i made this morning",
        "cancel_order",
        "neutral",
    ),
    (
        "the helmet arrived broken, this is a disgrace",
        "wrong_or_damaged_item",
        "negative",
    ),
    ("you sent me the wrong size", "wrong_or_damaged_item", "neutral"),
    ("i would like to return these shoes", "return_exchange", "neutral"),
    (
        "can i swap this jacket for a larger one",
        "return_exchange",
        "neutral",
    ),
    ("i want my money back now", "refund_request", "negative"),
    ("when will my refund be in my account", "refund_status", "neutral"),
    (
        "how many days do i have to send something back",
        "return_refund_policy",
        "neutral",
    ),
    ("is the blue bike in stock", "product_availability", "neutral"),
    ("do you have a discount code", "price_promo", "neutral"),
    ("has my payment gone through", "payment_status", "neutral"),
    ("my card was declined at checkout", "payment_failed", "neutral"),
    ("can i pay with paypal", "payment_methods", "neutral"),
    (
        "you charged me twice, sort this out",
        "billing_dispute",
        "negative",
    ),
    ("i need an invoice for my order", "invoice", "neutral"),
    ("i forgot my password", "password_reset", "neutral"),
    ("how do i reset my password", "password_reset", "neutral"),
    ("my account is locked", "account_locked", "neutral"),
    ("how do i open an account", "account_create", "neutral"),
    ("please delete my account", "account_close", "neutral"),
    (
        "i want to book a service for my bike",
        "appointment_book",
        "neutral",
    ),
    (
        "can we move my appointment to friday",
        "appointment_change",
        "neutral",
    ),
    ("what time is my appointment", "appointment_time", "neutral"),
    ("when are you open on sunday", "business_info", "neutral"),
    (
        "the app crashes whenever i open it",
        "technical_issue",
        "negative",
    ),
    (
        "your service is the worst i have ever seen",
        "complaint",
        "negative",
    ),
    (
        "brilliant service, thank you so much, i love the bike",
        "feedback_positive",
        "positive",
    ),
    ("let me talk to a human", "human_agent", "neutral"),
    ("hello", "greeting", "neutral"),
    ("thanks a lot", "thanks", "positive"),
    ("bye for now", "goodbye", "neutral"),
    ("what is the capital of peru", "out_of_scope", "neutral"),
    ("write me a poem about the sea", "out_of_scope", "neutral"),
    ("do you sell boats that fly to the moon", "moon_boats", "neutral"),
];

/// A file of these rows that goes when it is dropped.
struct RowsFile {
    folder: TempDir,
    path: PathBuf,
}

impl RowsFile {
    fn new(name: &str, lines: impl IntoIterator<Item = Value>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let lines: Vec<String> = lines.into_iter().map(|line| line.to_string()).collect();
        std::fs::write(&path, lines.join("\n")).unwrap();
        Self { folder, path }
    }

    fn beside(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}

/// All messages with label and mood.
fn all() -> RowsFile {
    let row =
        |(text, label, mood): &(&str, &str, &str)| json!({ "text": text, "label": label, "sentiment": mood });
    RowsFile::new("rows.jsonl", MESSAGES.iter().map(row))
}

/// Runs the program with a file of rows behind `option`.
fn run(command: &str, option: &str, file: &RowsFile, more: &[&str]) -> Finished {
    let path = file.path.display().to_string();
    let mut arguments = vec![command, option, &path];
    arguments.extend(more);
    firstline(&arguments, b"")
}

fn object(finished: &Finished) -> Value {
    serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("{error}: {} {}", finished.stdout, finished.stderr))
}

fn keys(value: &Value) -> String {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys.join(" ")
}

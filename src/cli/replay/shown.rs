//! What a turn looks like in a transcript: its headline, the lines that were said, and the clocks that rang.

use crate::cli::show;
use crate::domain::turn::TurnRecord;

/// How much of a message is shown.
const SHOWN_CHARS_MAX: usize = 90;

/// The headline, and who said what.
pub(super) fn show(record: &TurnRecord) -> Vec<String> {
    let mut lines = vec![show::headline(record)];
    for message in show::answers(record) {
        lines.push(format!("{}: {}", show::speaker(message), shorten(&message.text)));
        lines.extend(show::buttons(message));
    }
    lines.extend(rung(record));
    lines
}

/// The clocks that rang in this turn: `sla: first_response breached`.
pub(super) fn rung(record: &TurnRecord) -> Vec<String> {
    let told = |rule: &str| match rule {
        "sla_warning" => Some("due soon"),
        "sla_breached" => Some("breached"),
        _ => None,
    };
    let steps = record.trace.steps.iter().filter(|step| step.fired);
    let rung = steps.filter_map(|step| Some((step.inputs["clock"].as_str()?, told(&step.rule)?)));
    rung.map(|(clock, what)| format!("sla: {clock} {what}")).collect()
}

/// On one line, and no longer than what is enough to know the text by.
fn shorten(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut = line.chars().count() > SHOWN_CHARS_MAX;
    line.chars()
        .take(SHOWN_CHARS_MAX)
        .chain(cut.then_some('…'))
        .collect()
}

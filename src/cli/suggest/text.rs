//! What was measured as plain text: a table that fits a terminal.

use std::fmt::Write;

use crate::cli::suggest::Report;
use crate::eval::compare::Difference;

/// Without a line break at its end.
pub(super) fn of(report: &Report) -> String {
    let mut text = format!(
        "{}: {} messages with the reply that was sent, {} more with their answers are remembered\n\n{:<50}{:>8}{:>8}{:>8}  {}\n",
        report.model,
        report.messages,
        report.remembered,
        "recall",
        "@1",
        "@3",
        "@5",
        "@1 above the first (95 %)"
    );
    for method in &report.methods {
        let _ = write!(text, "{:<50}", method.name);
        for recall in &method.recall {
            let _ = write!(text, "{:>8.3}", recall.model.unwrap_or_default());
        }
        let _ = writeln!(
            text,
            "  {}",
            method.recall.first().map_or(String::new(), difference)
        );
    }
    if let Some(score) = &report.score {
        let _ = write!(
            text,
            "\nscores of the five that are shown: ECE {:.3}, Brier {:.3}, right {:.3}",
            score.ece, score.brier, score.right
        );
    }
    text.trim_end().to_owned()
}

fn difference(of: &Difference) -> String {
    match (of.difference, of.interval) {
        (Some(difference), Some([low, high])) => format!("{difference:+.3} ({low:+.3} to {high:+.3})"),
        _ => String::new(),
    }
}

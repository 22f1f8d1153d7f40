//! What was measured as plain text: tables that fit a terminal.

use std::fmt::Write;

use crate::cli::search::judge::Report;
use crate::eval::retrieval::{Believed, Measured};

/// Without a line break at its end.
pub(super) fn of(report: &Report) -> String {
    let mut text = format!(
        "{}: {} questions on {} passages, {} more that no passage answers\n\n",
        report.model, report.questions, report.passages, report.unanswerable
    );
    line(
        &mut text,
        format_args!(
            "{:<44}{:>9}{:>10}{:>8}{:>18}{:>26}",
            "", "recall@1", "recall@5", "MRR", "95 % interval", "MRR above plain BM25"
        ),
    );
    for method in &report.methods {
        let [low, high] = method.mrr.interval;
        let gain = method
            .gain
            .map_or(String::new(), |gain| share_with_interval(&gain));
        line(
            &mut text,
            format_args!(
                "{:<44}{:>9.3}{:>10.3}{:>8.3}{:>18}{gain:>26}",
                method.name,
                method.recall_at_1.value,
                method.recall_at_5.value,
                method.mrr.value,
                format!("{low:.3} to {high:.3}"),
            ),
        );
    }
    if let Some(chance) = &report.chance {
        believed(&mut text, chance);
    }
    let (max_wrong, confidence) = (
        percent(report.demand.max_wrong),
        percent(report.demand.confidence),
    );
    let certified = match report.bar {
        Some(bar) => format!(
            "certified: with `unlinked: {bar:.2}` under `match` in policy.yml at most {max_wrong} of the answers are wrong, \
             at {confidence} confidence"
        ),
        None => format!(
            "no bar is certified for at most {max_wrong} wrong answers at {confidence} confidence: that takes more \
             questions, or a larger --max-wrong"
        ),
    };
    line(&mut text, format_args!("\n{certified}"));
    let _ = write!(
        text,
        "\none search: {:.2} ms (p50), {:.2} ms (p99)",
        report.p50_ms, report.p99_ms
    );
    text
}

fn believed(text: &mut String, chance: &Believed) {
    line(
        text,
        format_args!(
            "\nthe chance that the first passage is right, over all {} questions: {} are right; calibration error {:.3}, \
             Brier {:.3}",
            chance.questions,
            percent(chance.right),
            chance.ece,
            chance.brier
        ),
    );
    for at in &chance.answered {
        let bar = at.threshold.map_or("-".to_owned(), |bar| format!("{bar:.2}"));
        line(
            text,
            format_args!(
                "{:>8} wrong at most: answered {:>7}, from a chance of {bar}",
                percent(at.error),
                percent(at.coverage)
            ),
        );
    }
}

fn share_with_interval(share: &Measured) -> String {
    let [low, high] = share.interval;
    format!(
        "{:+.0} % ({:+.0} to {:+.0})",
        share.value * 100.0,
        low * 100.0,
        high * 100.0
    )
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing into a string cannot fail.
    let _ = writeln!(text, "{line}");
}

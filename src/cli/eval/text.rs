//! An evaluation as plain text: tables that fit a terminal.

use std::fmt::Write;

use crate::eval::confusion::LabelScores;
use crate::eval::report::{Baseline, IntentReport, Report};

/// The whole report, without a line break at its end.
pub(super) fn of(report: &Report) -> String {
    let mut text = format!("{} on {}\n", report.model, report.tests.join(", "));
    if !report.without.is_empty() {
        line(&mut text, format_args!("without {}", report.without.join(", ")));
    }
    if let Some(intents) = &report.intents {
        figures(&mut text, intents);
    }
    if let Some(moods) = &report.sentiment {
        line(&mut text, format_args!("\nmoods: {} rows", moods.rows));
        for (name, value) in moods.figures() {
            figure(&mut text, &name, value);
        }
        let classes = moods
            .classes
            .iter()
            .map(|class| (class.label.as_str(), &class.scores));
        labels(&mut text, classes);
    }
    if let Some(intents) = &report.intents {
        line(&mut text, format_args!("\nintents"));
        let each = intents
            .by_intent
            .iter()
            .map(|intent| (intent.intent.as_str(), &intent.scores));
        labels(&mut text, each);
        if !intents.confused.is_empty() {
            line(&mut text, format_args!("\nconfused most often"));
        }
        for pair in &intents.confused {
            line(
                &mut text,
                format_args!("{:>6}  {} read as {}", pair.rows, pair.gold, pair.predicted),
            );
        }
    }
    if let Some(baseline) = &report.baseline {
        comparison(&mut text, baseline);
    }
    let latency = &report.latency;
    let _ = write!(
        text,
        "\none message on one thread: {:.1} ms (p50), {:.1} ms (p99), over {}",
        latency.p50_ms, latency.p99_ms, latency.messages
    );
    text
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing into a string cannot fail.
    let _ = writeln!(text, "{line}");
}

fn figure(text: &mut String, name: &str, value: Option<f64>) {
    line(text, format_args!("  {name:<34} {}", percent(value)));
}

fn figures(text: &mut String, intents: &IntentReport) {
    let scores = &intents.scores;
    line(
        text,
        format_args!(
            "{} rows, {} of them out of scope",
            scores.rows, scores.out_of_scope.rows
        ),
    );
    for label in &intents.unknown_labels {
        let rows = label.rows;
        line(
            text,
            format_args!(
                "  the model has no intent {:?}: {rows} rows count as out of scope",
                label.label
            ),
        );
    }
    let single = scores.figures();
    for (name, value) in single.iter().filter(|(name, _)| !name.ends_with("_error")) {
        figure(text, name, *value);
    }
    line(text, format_args!("\nanswered at an error of at most"));
    line(
        text,
        format_args!("         coverage   rightly   from confidence"),
    );
    for answered in &scores.answered {
        line(
            text,
            format_args!(
                "  {:>3.0} %  {:>8}  {:>8}   {}",
                answered.error * 100.0,
                percent(Some(answered.coverage)),
                percent(Some(answered.rightly)),
                answered
                    .threshold
                    .map_or("-".to_owned(), |bar| format!("{bar:.4}")),
            ),
        );
    }
}

fn labels<'a>(text: &mut String, each: impl Iterator<Item = (&'a str, &'a LabelScores)>) {
    line(
        text,
        format_args!(
            "  {:<26} {:>9}  {:>8}  {:>8}  {:>6}",
            "", "precision", "recall", "F1", "rows"
        ),
    );
    for (label, scores) in each {
        line(
            text,
            format_args!(
                "  {label:<26} {:>9}  {:>8}  {:>8}  {:>6}",
                percent(scores.precision),
                percent(scores.recall),
                percent(scores.f1),
                scores.support
            ),
        );
    }
}

fn comparison(text: &mut String, baseline: &Baseline) {
    line(
        text,
        format_args!(
            "\nagainst {} (differences in points, 95 % interval)",
            baseline.model
        ),
    );
    for found in &baseline.differences {
        let points = |value: f64| format!("{:+.1}", value * 100.0);
        let interval = found.interval.map_or("-".to_owned(), |[low, high]| {
            format!("{} to {}", points(low), points(high))
        });
        line(
            text,
            format_args!(
                "  {:<34} {:>8}  {:>8}  {:>6}  {interval}",
                found.figure,
                percent(found.model),
                percent(found.baseline),
                found.difference.map_or("-".to_owned(), points),
            ),
        );
    }
    let test = &baseline.mcnemar;
    line(
        text,
        format_args!(
            "  right in one only: {} here, {} in the baseline; McNemar's exact p = {:.4}",
            test.only_model_right, test.only_baseline_right, test.p
        ),
    );
}

fn percent(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |value| format!("{:.1} %", value * 100.0))
}

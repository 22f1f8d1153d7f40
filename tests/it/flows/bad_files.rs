//! Mistakes in flow files, each told with file, line, key and what to do: found on load, never by a customer.

use std::fs;

use crate::flows::{knowledge_with, policy_with};
use crate::support::{copy_folder, repository};

/// What is said of `order.yml` with one text in it exchanged.
fn problems(from: &str, to: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy_folder(&repository().join("tests/it/flows/flows"), folder.path());
    let file = folder.path().join("order.yml");
    let text = fs::read_to_string(&file).expect("the flow is there");
    assert!(text.contains(from), "{from:?} is not in the flow");
    fs::write(&file, text.replacen(from, to, 1)).expect("the flow is changed");
    match knowledge_with(folder.path()) {
        Err(problems) => problems
            .iter()
            .map(|problem| {
                let line = problem.line.unwrap_or_default();
                format!("{line}: {}: {}", problem.key, problem.message)
            })
            .collect(),
        Ok(knowledge) => match policy_with(&knowledge) {
            Ok(_) => Vec::new(),
            Err(problems) => problems
                .iter()
                .map(|problem| {
                    let line = problem.line.unwrap_or_default();
                    format!("{line}: {}: {}", problem.key, problem.message)
                })
                .collect(),
        },
    }
}

#[test]
fn a_good_flow_has_no_problems() {
    assert_eq!(problems("# Everything", "# All"), [""; 0]);
}

/// A text of the flow, what stands there instead, and what is said of it.
const MISTAKES: &[(&str, &str, &str)] = &[
    (
        "intents: [track_order, delivery_delay]",
        "intents: [track_order, product_info]",
        "product_info starts the flow",
    ),
    (
        "intents: [track_order, delivery_delay]",
        "intents: []",
        "name one",
    ),
    (
        "slots:\n",
        "needs: [order]\nslots:\n",
        "there is no slot \"order\"",
    ),
    ("remember: true", "remembered: true", "there is no such key"),
    (
        "pattern: 'FH-\\d{5}'",
        "pattern: 'FH-(\\d{5}'",
        "no regular expression",
    ),
    (
        "    entity: order_number\n",
        "",
        "give one of entity, choices, options and text",
    ),
    ("    invalid: bad_number\n", "    tries: 0\n", "give 1 or more"),
    (
        "- ask: order_number",
        "- ask: order_nr",
        "there is no slot \"order_nr\"",
    ),
    (
        "- verify: shop.send_code\n",
        "- verify: shop.order\n",
        "`verify` takes a lookup that sends a code",
    ),
    (
        "- lookup: shop.order\n",
        "- lookup: shop.orders\n",
        "there is no lookup \"shop.orders\"",
    ),
    (
        "with: { order_number: slots.order_number }\n  - lookup",
        "with: {}\n  - lookup",
        "needs \"order_number\"",
    ),
    (
        "with: { order_number: slots.order_number }\n    on",
        "with: { order_number: slots.order_number, day: '1' }\n    on",
        "takes no \"day\"",
    ),
    (
        "with: { order_number: slots.order_number }\n    on",
        "with: { order_number: slots.number }\n    on",
        "slots.number is not known here",
    ),
    (
        "      cancelled: { say: cancelled }\n",
        "",
        "can come out as \"cancelled\"",
    ),
    (
        "cancelled: { say: cancelled }",
        "cancelled: {}",
        "say what happens on \"cancelled\"",
    ),
    (
        "cancelled: { say: cancelled }",
        "cancelled: { say: cancelled, again: day }",
        "\"day\" is not asked for before",
    ),
    (
        "if: order.status == 'lost'",
        "if: order.state == 'lost'",
        "order.state is not known here",
    ),
    (
        "if: order.status == 'lost'",
        "if: order.status == 'lost",
        "cannot be read",
    ),
    ("handoff: lookup_failed", "handoff: whatever", "not known here"),
    ("say: late\n", "say: too_late\n", "there is no reply \"too_late\""),
    (
        "  late: ",
        "  unsaid: Nothing.\n  late: ",
        "no step and no slot says this reply",
    ),
    (
        "and comes on {{ order.due }}",
        "and comes on {{ order.day }}",
        "order.day is not known here",
    ),
    (
        "and comes on {{ order.due }}",
        "and comes on {{ order.due ",
        "syntax error",
    ),
    (
        "  late: \"{{ slots.order_number }} is late, and comes on {{ order.due }}.\"",
        "  late: \"{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}\"",
        "remove the loop",
    ),
    (
        "  - verify: shop.send_code\n    with: { order_number: slots.order_number }\n",
        "",
        "put a `verify` step without `if` before it",
    ),
    (
        "  - verify: shop.send_code\n",
        "  - verify: shop.send_code\n    if: slots.order_number == 'x'\n",
        "put a `verify` step without `if`",
    ),
    ("    as: order\n", "    as: slots\n", "means something else"),
    ("id: order\n", "id: Order 1\n", "use small letters"),
    (
        "say: shipped\n",
        "say: shipped\n    end: true\n",
        "write one of them",
    ),
    (
        "if: order.status != 'delayed'",
        "queue: orders",
        "no meaning in a step of this kind",
    ),
];

#[test]
fn mistakes_are_told_by_line_and_key() {
    for (from, to, expected) in MISTAKES {
        let found = problems(from, to);
        assert!(
            found
                .iter()
                .any(|problem| problem.contains(expected) && !problem.starts_with("0:")),
            "{to:?} should be told as {expected:?}, but: {found:#?}"
        );
    }
}

#[test]
fn what_writes_asks_first() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy_folder(&repository().join("tests/it/flows/flows"), folder.path());
    let file = folder.path().join("booking.yml");
    let text = fs::read_to_string(&file).expect("the flow is there");
    for (from, to) in [
        ("  - confirm: really\n", ""),
        (
            "  - confirm: really\n",
            "  - confirm: really\n    if: slots.service == 'full'\n",
        ),
    ] {
        fs::write(&file, text.replacen(from, to, 1)).expect("the flow is changed");
        let knowledge = knowledge_with(folder.path()).expect("it is read");
        let problems = policy_with(&knowledge).expect_err("nothing asks");
        assert!(
            problems
                .iter()
                .any(|problem| problem.message.contains("put a `confirm` step before it")),
            "{problems:?}"
        );
    }
}

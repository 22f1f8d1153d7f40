//! The chat on a pipe: a block of lines for each message, and no prompt.

use crate::support::program::firstline;

#[test]
fn each_line_is_answered_and_a_handoff_is_said_to_be_one() {
    let input = "hello there\n\nI want to talk to someone\nmy order is FH-10423\n/quit\nnever read\n";
    let chat = firstline(&["chat", "--name", "Kim"], input.as_bytes());
    assert_eq!(chat.code, Some(0), "{}", chat.stderr);
    let lines: Vec<_> = chat.stdout.lines().collect();
    assert!(lines[0].starts_with("bot [greeting]: Hello Kim!"), "{lines:?}");
    assert_eq!(lines[1], "  = answer, read as greeting");
    assert!(
        lines[2].starts_with("bot [handoff.asked_for_human]: "),
        "{lines:?}"
    );
    assert_eq!(
        lines[3],
        "  = handoff asked_for_human -> care, normal (waiting for a person; what you write now is kept for them)"
    );
    assert!(lines[4].starts_with("bot [queued]: "), "{lines:?}");
    assert!(lines[5].starts_with("  = relay: queue care"), "{lines:?}");
    assert_eq!(lines.len(), 6, "{lines:?}");
    assert!(
        chat.stderr.contains("not sent: the text is empty"),
        "{}",
        chat.stderr
    );
}

#[test]
fn the_trace_shows_every_rule_and_which_fired() {
    let chat = firstline(&["chat", "--trace"], b"call an ambulance\n");
    assert!(
        chat.stdout
            .contains("  ● urgent {\"phrase\":\" call an ambulance \"}\n"),
        "{}",
        chat.stdout
    );
    assert!(
        chat.stdout.contains("  · unavailable {\"fault\":null}\n"),
        "{}",
        chat.stdout
    );
}

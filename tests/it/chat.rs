//! The chat on a pipe: a block of lines for each message, and no prompt.

use crate::support::program::{Finished, firstline, program, run};
use crate::support::repository;
use crate::support::shop::{Shop, TOKEN};

/// As customer cus_0001, who is signed in, with the sample shop behind.
fn signed_in(arguments: &[&str], input: &str) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    let mut chat = program(repository());
    chat.args(["chat", "--name", "Priya", "--customer", "cus_0001"])
        .args(arguments)
        .env("SHOP_URL", &shop.url)
        .env("SHOP_TOKEN", TOKEN);
    run(&mut chat, input.as_bytes())
}

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
    // Which of the next two are said depends on the time of day at which this runs.
    let standing = ["bot [standing]: ", "bot [closed_message]: "];
    assert!(
        standing.iter().any(|line| lines[3].starts_with(line)),
        "{lines:?}"
    );
    assert_eq!(
        lines[4],
        "  = handoff asked_for_human -> care, normal (waiting for a person; what you write now is kept for them)"
    );
    let heard = ["bot [queued]: ", "bot [contact_ask]: "];
    assert!(heard.iter().any(|line| lines[5].starts_with(line)), "{lines:?}");
    assert!(lines[6].starts_with("  = relay: queue care"), "{lines:?}");
    assert_eq!(lines.len(), 7, "{lines:?}");
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

#[test]
fn lookups_are_done_between_two_lines() {
    let chat = signed_in(&[], "where is my order FH-10423?\n");
    assert_eq!(chat.code, Some(0), "{}", chat.stderr);
    let lines: Vec<_> = chat.stdout.lines().collect();
    assert_eq!(
        lines[0],
        "  = wait: shop.order customer=cus_0001 order_number=FH-10423"
    );
    assert!(lines[1].starts_with("bot [track_order."), "{lines:?}");
    assert!(lines[1].contains("FH-10423"), "{lines:?}");
    assert_eq!(lines.last(), Some(&"  = answer"), "{lines:?}");
    assert!(!chat.stdout.contains("parcelway"), "{}", chat.stdout);
}

#[test]
fn the_trace_shows_what_was_looked_up_and_how_long_it_took() {
    let chat = signed_in(&["--trace"], "where is my order FH-10423?\n");
    let looked_up = "  shop.order customer=cus_0001 order_number=FH-10423: ok {";
    let line = chat.stdout.lines().find(|line| line.starts_with(looked_up));
    let line = line.unwrap_or_else(|| panic!("{}{}", chat.stdout, chat.stderr));
    assert!(
        line.contains("\"status\":\"shipped\"") && line.ends_with(" ms"),
        "{line}"
    );
    assert!(chat.stdout.contains("  ● awaited {"), "{}", chat.stdout);
}

#[test]
fn a_number_picks_a_button() {
    let chat = signed_in(&[], "I want to cancel my order FH-10425\n2\n");
    assert_eq!(chat.code, Some(0), "{}", chat.stderr);
    assert!(chat.stdout.contains("\n  [1] Yes  [2] No\n"), "{}", chat.stdout);
    assert!(
        chat.stdout.contains("\nbot [flow_cancelled]: "),
        "{}",
        chat.stdout
    );
}

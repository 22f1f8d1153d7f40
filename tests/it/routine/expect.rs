//! What a conversation of the table must have come to, and what of it is not so. Only looks.

use serde_json::Value;

use super::play::{Line, Played, words};
use super::table::Scene;

/// Everything that is not as the table has it, each in a sentence.
pub(super) async fn problems(scene: &Scene, played: &Played) -> Vec<String> {
    let mut problems = said(scene, played);
    if played.handoff != scene.handoff {
        let (expected, found) = (&scene.handoff, &played.handoff);
        problems.push(format!(
            "a handoff of {expected:?} was expected, and it is {found:?}"
        ));
    }
    problems.extend(codes(scene, played).await);
    problems.extend(mails(scene, played).await);
    if let Some(shop) = &scene.shop {
        let (status, answer) = played.shop.get(&shop.path).await;
        let wrong = |(pointer, value): &(&String, &Value)| answer.pointer(pointer) != Some(*value);
        for (pointer, value) in shop.holds.iter().filter(wrong) {
            problems.push(format!(
                "{}: {pointer} is not {value}: {status} {answer}",
                shop.path
            ));
        }
    }
    problems
}

fn said(scene: &Scene, played: &Played) -> Vec<String> {
    let last = played.last_words().to_lowercase();
    let all = words(&played.lines).join(" ").to_lowercase();
    let is_proof = |line: &Line| matches!(line, Line::Customer { written, .. } if written == "{code}");
    let proven = played.lines.iter().position(is_proof);
    let before = played.lines.get(..proven.unwrap_or(played.lines.len()));
    let before = words(before.unwrap_or_default()).join(" ").to_lowercase();
    let missing = scene
        .last
        .iter()
        .filter(|part| !last.contains(&part.to_lowercase()));
    let told = scene
        .never
        .iter()
        .filter(|part| all.contains(&part.to_lowercase()));
    let early = scene
        .proof_first
        .iter()
        .filter(|part| before.contains(&part.to_lowercase()));
    missing
        .map(|part| format!("not said in the end: {part:?}"))
        .chain(told.map(|part| format!("never to be said: {part:?}")))
        .chain(early.map(|part| format!("said without proof: {part:?}")))
        .collect()
}

async fn codes(scene: &Scene, played: &Played) -> Option<String> {
    let expected = scene.codes?;
    let mailbox = match (expected, &scene.mailbox) {
        (1.., Some(mailbox)) => mailbox.as_str(),
        // Nobody is to have got one.
        _ => "",
    };
    let found = played.codes(mailbox).await.len();
    (found != expected)
        .then(|| format!("{expected} codes were expected in {mailbox:?}, and there are {found}"))
}

async fn mails(scene: &Scene, played: &Played) -> Vec<String> {
    let mut problems = Vec::new();
    for mail in &scene.mails {
        let found = played.shop.mails(&mail.to).await;
        let fits = |found: &Value| mail.has.iter().all(|part| has(found, part));
        if !found.iter().any(fits) {
            problems.push(format!("no mail to {} has {:?}: {found:?}", mail.to, mail.has));
        }
    }
    for address in &scene.no_mail_to {
        let found = played.shop.mails(address).await;
        if !found.is_empty() {
            problems.push(format!("no mail was to go to {address}: {found:?}"));
        }
    }
    problems
}

/// Whether subject or text has this part.
fn has(mail: &Value, part: &str) -> bool {
    let text = |key: &str| mail[key].as_str().unwrap_or_default();
    text("subject").contains(part) || text("text").contains(part)
}

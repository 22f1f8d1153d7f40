//! "Did you mean A or B?": what the customer is after, and asking once when it could be either of two things.

use serde_json::json;

use crate::domain::article::ArticleHit;
use crate::domain::intent::Intent;
use crate::domain::message::Sender;
use crate::domain::progress::Clarification;
use crate::domain::reading::Reading;
use crate::domain::turn::Action;
use crate::triage::draft::Draft;
use crate::triage::phrases::normalise;
use crate::triage::policy::line;
use crate::triage::reply::Variables;

/// What this message is about.
pub(crate) struct Focus {
    /// The intent the bot may act on; `None` when it is not sure of any.
    pub(crate) sure: Option<Intent>,
    /// Whether the customer chose it, so that "2" says all there is to say.
    pub(crate) picked: bool,
    /// Passages to answer from.
    pub(crate) hits: Vec<ArticleHit>,
}

/// Takes the answer to "did you mean" where one was asked; otherwise what the model read, if it is sure enough.
pub(crate) fn focus(draft: &mut Draft<'_>, normal_text: &str, reading: &Reading) -> Focus {
    if let Some(asked) = draft.conversation.progress.clarification.take() {
        let picked = pick(draft, &asked.options, normal_text, reading);
        let inputs = json!({ "options": asked.options, "picked": picked });
        draft.rule("clarification_answered", inputs, picked.is_some());
        if let Some(picked) = picked {
            let mut hits = asked.hits;
            // What was found for the other one answers the wrong question, however well it was found.
            hits.retain(|hit| hit.intents.contains(&picked));
            return Focus {
                sure: Some(picked),
                picked: true,
                hits,
            };
        }
    }
    let top = reading.top();
    let bar = top.map(|top| draft.policy.answer_at(&top.name));
    let low = top.is_none_or(|top| Some(top.confidence) < bar);
    draft.rule(
        "low_confidence",
        json!({ "intents": reading.intents, "bar": bar }),
        low,
    );
    Focus {
        sure: top.filter(|_| !low).map(|top| top.name.clone()),
        picked: false,
        hits: reading.hits.clone(),
    }
}

/// "the first one", "2", the words of one label, or a message that reads like one of the two.
fn pick(draft: &Draft<'_>, options: &[Intent], normal_text: &str, reading: &Reading) -> Option<Intent> {
    const FIRST: [&str; 5] = ["first", "1", "former", "a", "1st"];
    const SECOND: [&str; 6] = ["second", "2", "latter", "b", "2nd", "last"];
    const FILLERS: [&str; 6] = ["the", "one", "option", "number", "please", "thanks"];
    let words = normal_text
        .split_whitespace()
        .filter(|word| !FILLERS.contains(word));
    // Such a word picks only where it says all there is to say: "i want a refund" is no "a".
    let by_number = match words.collect::<Vec<_>>().as_slice() {
        [word] if FIRST.contains(word) => options.first(),
        [word] if SECOND.contains(word) => options.get(1),
        _ => None,
    };
    let label = |intent: &Intent| draft.policy.label(intent).map(normalise);
    let by_label = || {
        options
            .iter()
            .find(|option| label(option).is_some_and(|label| normal_text.contains(&label)))
    };
    let by_reading = || {
        let top = reading.top()?;
        options.iter().find(|option| **option == top.name)
    };
    by_number.or_else(by_label).or_else(by_reading).cloned()
}

/// The two intents to choose from: both plausible, both with a label, and not asked before.
pub(crate) fn options(draft: &mut Draft<'_>, reading: &Reading) -> Option<[Intent; 2]> {
    let bar = draft.policy.clarify_at();
    let asked_before = draft.conversation.progress.clarified;
    let plausible =
        |intent: &Intent, confidence: f32| confidence >= bar && draft.policy.label(intent).is_some();
    let options = match reading.intents.as_slice() {
        [a, b, ..]
            if !asked_before && plausible(&a.name, a.confidence) && plausible(&b.name, b.confidence) =>
        {
            Some([a.name.clone(), b.name.clone()])
        }
        _ => None,
    };
    let inputs = json!({ "bar": bar, "asked_before": asked_before, "options": options });
    draft.rule("clarify", inputs, options.is_some());
    options
}

pub(crate) fn ask(draft: &mut Draft<'_>, options: [Intent; 2], reading: &Reading) -> Action {
    let [a, b] = &options;
    let (option_a, option_b) = (
        draft.policy.label(a).unwrap_or_default(),
        draft.policy.label(b).unwrap_or_default(),
    );
    draft.say(
        Sender::Bot,
        line::CLARIFY,
        Variables {
            option_a,
            option_b,
            ..Variables::default()
        },
    );
    let progress = &mut draft.conversation.progress;
    progress.clarified = true;
    progress.failures += 1;
    let linked = |hit: &&ArticleHit| options.iter().any(|option| hit.intents.contains(option));
    let hits = reading.hits.iter().filter(linked).cloned().collect();
    progress.clarification = Some(Clarification {
        options: options.to_vec(),
        hits,
    });
    Action::Clarify
}

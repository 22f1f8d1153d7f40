//! Conversations with the replies that were sent, from JSON lines; what is wrong with any line is said at once.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::domain::id::{ConversationId, MessageId};

/// How many bytes of a hash name a conversation.
const ID_BYTES: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Half {
    Choosing,
    Other,
}

/// A customer's message and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chat {
    pub(super) id: ConversationId,
    /// The one that answered.
    pub(super) message: MessageId,
    pub(super) half: Half,
    pub(super) text: String,
    /// `None`: the canned response that `same` names, as it is.
    pub(super) reply: Option<String>,
    /// Equal for equal replies, whatever their words.
    pub(super) same: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    conversation: String,
    text: String,
    same: String,
    reply: Option<String>,
}

/// Or all that is wrong with the file.
pub(super) fn read(path: &Path) -> Result<Vec<Chat>, String> {
    let text = fs::read_to_string(path).map_err(|error| {
        format!(
            "{} cannot be read: {error}; give a file of JSON lines",
            path.display()
        )
    })?;
    let (mut chats, mut problems) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        match serde_json::from_str::<Row>(line) {
            Ok(row) => chats.push(chat(row, number)),
            Err(error) => problems.push(format!(
                "{}:{number}: this is no chat ({error}); write {{\"conversation\": \"…\", \"text\": \"…\", \"same\": \"…\"}}",
                path.display()
            )),
        }
    }
    if problems.is_empty() && chats.is_empty() {
        problems.push(format!("{}: there are no chats in it", path.display()));
    }
    if problems.is_empty() {
        Ok(chats)
    } else {
        Err(problems.join("\n"))
    }
}

/// A conversation is on one side as a whole, by the hash of its name.
fn chat(row: Row, number: u64) -> Chat {
    let hash = Sha256::digest(&row.conversation);
    let mut bytes = [0; ID_BYTES];
    bytes.copy_from_slice(&hash[..ID_BYTES]);
    let id = ConversationId::from_random(bytes);
    Chat {
        message: id.message(number),
        id,
        half: if bytes[0] % 2 == 0 {
            Half::Choosing
        } else {
            Half::Other
        },
        text: row.text,
        reply: row.reply,
        same: row.same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("chats.jsonl");
        fs::write(
            &file,
            "{\"conversation\":\"a\",\"text\":\"hi\",\"same\":\"x\"}\n{\"text\":1}\n\n{\"conversation\":\"b\"}\n",
        )
        .unwrap();
        let problems = read(&file).unwrap_err();
        assert!(
            problems.contains("chats.jsonl:2: ") && problems.contains("chats.jsonl:4: "),
            "{problems}"
        );
        fs::write(&file, "").unwrap();
        assert!(read(&file).unwrap_err().contains("no chats"));
    }

    #[test]
    fn a_conversation_is_on_one_side() {
        let row = |text: &str| Row {
            conversation: "a".to_owned(),
            text: text.to_owned(),
            same: String::new(),
            reply: None,
        };
        let (one, other) = (chat(row("x"), 1), chat(row("y"), 2));
        assert_eq!((one.half, &one.id), (other.half, &other.id));
        assert_ne!(one.message, other.message);
    }
}

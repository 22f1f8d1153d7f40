//! A customer at `firstline chat` on a pipe: writes a line, and reads until its answer is complete.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use super::play::{Reply, Talk};
use super::table::Scene;
use crate::support::program::program;
use crate::support::repository;
use crate::support::shop::TOKEN;

/// Longer than the start of a chat and all lookups of an answer take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Ended when dropped.
#[derive(Debug)]
pub(super) struct Terminal {
    child: Child,
    keyboard: ChildStdin,
    screen: Receiver<String>,
    handoff: Option<String>,
}

impl Talk for Terminal {
    fn begin(scene: &Scene, shop: &str, data: &Path) -> Self {
        let mut command = program(repository());
        command
            .arg("chat")
            .env("FIRSTLINE_PATHS__DATA", data)
            .env("SHOP_URL", shop)
            .env("SHOP_TOKEN", TOKEN);
        if let Some((id, name)) = &scene.signed_in {
            command.args(["--customer", id, "--name", name]);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the chat starts");
        let keyboard = child.stdin.take().expect("a pipe");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let (written, screen) = channel();
        // Ends with the chat's output, or with whoever reads it.
        let reading = move || {
            lines
                .map_while(Result::ok)
                .try_for_each(|line| written.send(line))
        };
        thread::Builder::new().spawn(reading).expect("a thread");
        Self {
            child,
            keyboard,
            screen,
            handoff: None,
        }
    }

    async fn say(&mut self, text: &str) -> Vec<Reply> {
        writeln!(self.keyboard, "{text}").expect("the chat reads");
        let mut replies: Vec<Reply> = Vec::new();
        loop {
            let line = self.screen.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("no whole answer to {text:?}; so far {replies:?}"));
            if let Some(headline) = line.strip_prefix("  = ") {
                if let Some(handoff) = handoff(headline) {
                    self.handoff = Some(handoff);
                }
                // More follows when the lookup is done.
                if !headline.starts_with("wait") {
                    return replies;
                }
            } else if let Some(buttons) = line.strip_prefix("  [1] ") {
                let buttons = buttons.split("  [");
                let button = |text: &str| text.split_once("] ").map_or(text, |(_, text)| text).to_owned();
                replies.last_mut().expect("buttons stand under a message").buttons =
                    buttons.map(button).collect();
            } else if let Some((_, text)) = line.split_once("]: ").filter(|_| line.starts_with("bot [")) {
                let text = text.to_owned();
                replies.push(Reply {
                    text,
                    buttons: Vec::new(),
                });
            } else {
                let reply = replies
                    .last_mut()
                    .unwrap_or_else(|| panic!("nobody says {line:?}"));
                reply.text.push('\n');
                reply.text.push_str(&line);
            }
        }
    }

    async fn handoff(&mut self) -> Option<String> {
        self.handoff.clone()
    }
}

/// The reason and the queue, out of `handoff urgent (also low_confidence) -> care, urgent (waiting for a person ...)`.
fn handoff(headline: &str) -> Option<String> {
    let (reason, rest) = headline.strip_prefix("handoff ")?.split_once(' ')?;
    let (_, place) = rest.split_once("-> ")?;
    let (queue, _) = place.split_once(',')?;
    Some(format!("{reason} {queue}"))
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

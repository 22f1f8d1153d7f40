//! A conversation of the table, played: what the customer says, what happens to the shop meanwhile, and what it all came
//! to. Whether the bot is behind HTTP or in a terminal is the matter of whoever talks.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};
use sqlx::SqlitePool;
use tempfile::TempDir;

use super::expect;
use super::table::Scene;
use crate::support::shop::Shop;

/// Whose booking comes in between, and for what.
const RIVAL: &str = "/v1/customers/cus_0003/appointments";
const RIVAL_SERVICE: &str = "Safety check";

/// Days ahead on which a time that the bot offers may lie.
const DAYS_AHEAD: i64 = 14;

/// A message of the bot.
#[derive(Debug, Clone, Default)]
pub(super) struct Reply {
    pub(super) text: String,
    pub(super) buttons: Vec<String>,
}

/// A way to talk to the bot.
pub(super) trait Talk: Sized {
    /// Nothing is said yet. `shop` is where the company's systems are, `data` a folder for what is kept.
    fn begin(scene: &Scene, shop: &str, data: &Path) -> Self;

    /// All that the bot says to it, with what it has to look up first.
    async fn say(&mut self, text: &str) -> Vec<Reply>;

    /// The reason and the queue of the handoff; `None` while the bot has the conversation.
    async fn handoff(&mut self) -> Option<String>;
}

/// What was said and done, in order.
#[derive(Debug)]
pub(super) enum Line {
    Customer { written: String, sent: String },
    Bot(Reply),
    Happened(String),
}

/// A conversation that is over, and the shop as it left it.
pub(super) struct Played {
    pub(super) lines: Vec<Line>,
    pub(super) handoff: Option<String>,
    pub(super) shop: Shop,
    folder: TempDir,
}

impl Played {
    /// On a shop of its own. The error is what could not be said or done; the rest of the conversation is left out then.
    async fn through<T: Talk>(scene: &Scene, data: &Path) -> (Self, Result<(), String>) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let shop = Shop::start(folder.path(), &["--fresh"]);
        let mut talk = T::begin(scene, &shop.url, data);
        let mut played = Self {
            lines: Vec::new(),
            handoff: None,
            shop,
            folder,
        };
        let mut result = Ok(());
        for written in &scene.says {
            result = played.step(&mut talk, scene, written).await;
            if result.is_err() {
                break;
            }
        }
        played.handoff = talk.handoff().await;
        (played, result)
    }

    async fn step<T: Talk>(&mut self, talk: &mut T, scene: &Scene, written: &str) -> Result<(), String> {
        if written.starts_with('(') {
            self.happens(written).await?;
            self.lines.push(Line::Happened(written.to_owned()));
            return Ok(());
        }
        let sent = self.filled(scene, written).await?;
        let replies = talk.say(&sent).await;
        let written = written.to_owned();
        self.lines.push(Line::Customer { written, sent });
        self.lines.extend(replies.into_iter().map(Line::Bot));
        Ok(())
    }

    /// With the codes in it that it asks for.
    async fn filled(&self, scene: &Scene, written: &str) -> Result<String, String> {
        if !written.contains('{') {
            return Ok(written.to_owned());
        }
        let mailbox = scene.mailbox.as_deref().ok_or("no mailbox is named")?;
        let codes = self.codes(mailbox).await;
        let none = || format!("no code has come to {mailbox}");
        let code = match written {
            "{code}" => codes.first().cloned().ok_or_else(none)?,
            "{old}" => codes.last().cloned().ok_or_else(none)?,
            "{wrong}" => (123_456..)
                .map(|number| number.to_string())
                .find(|number| !codes.contains(number))
                .ok_or_else(none)?,
            _ => return Err(format!("{written} is not known")),
        };
        Ok(code)
    }

    /// The codes in a mailbox, newest first; in all of them where none is named.
    pub(super) async fn codes(&self, mailbox: &str) -> Vec<String> {
        let mails = self.shop.mails(mailbox).await;
        let code = |mail: &Value| {
            let (_, rest) = mail["text"].as_str()?.split_once("Your code is ")?;
            Some(rest.split('.').next()?.to_owned())
        };
        mails.iter().filter_map(code).collect()
    }

    async fn happens(&self, what: &str) -> Result<(), String> {
        match what {
            "(down)" | "(slow)" => {
                let fault = json!({ "kind": what.trim_matches(['(', ')']), "seconds": 600 });
                let (status, answer) = self.shop.post("/demo/faults", "", &fault).await;
                (status == 200).then_some(()).ok_or(answer.to_string())
            }
            "(taken)" => self.take_what_was_offered().await,
            "(packed)" => self.pack("FH-10425").await,
            _ => Err(format!("{what} is not known")),
        }
    }

    async fn take_what_was_offered(&self) -> Result<(), String> {
        let said = self.last_words();
        let today = firstline::telemetry::now()
            .to_zoned(jiff::tz::TimeZone::UTC)
            .date();
        for ahead in 1..=DAYS_AHEAD {
            let day = today.saturating_add(jiff::Span::new().days(ahead));
            let path = format!("/v1/appointments/free?service=safety_check&day={day}");
            let (_, free) = self.shop.get(&path).await;
            let slots = free["slots"].as_array().cloned().unwrap_or_default();
            let offered = |slot: &&Value| slot["label"].as_str().is_some_and(|label| said.contains(label));
            if let Some(slot) = slots.iter().find(offered) {
                let booking = json!({ "service": RIVAL_SERVICE, "start": slot["value"] });
                let (status, answer) = self.shop.post(RIVAL, "", &booking).await;
                return (status == 201).then_some(()).ok_or(answer.to_string());
            }
        }
        Err("the bot has offered no time that is free".to_owned())
    }

    async fn pack(&self, order: &str) -> Result<(), String> {
        let file = self.folder.path().join("shop.db");
        let pool = SqlitePool::connect(&format!("sqlite://{}", file.display())).await;
        let pool = pool.map_err(|problem| problem.to_string())?;
        let packed = sqlx::query("UPDATE orders SET status = 'packed' WHERE number = ?")
            .bind(order)
            .execute(&pool)
            .await
            .map_err(|problem| problem.to_string())?;
        pool.close().await;
        (packed.rows_affected() == 1)
            .then_some(())
            .ok_or(format!("no order {order}"))
    }

    /// What the bot said after the customer's newest message, as it stands.
    pub(super) fn last_words(&self) -> String {
        let newest = self
            .lines
            .iter()
            .rposition(|line| matches!(line, Line::Customer { .. }));
        let since = self.lines.get(newest.unwrap_or(0)..).unwrap_or_default();
        words(since).join(" ")
    }

    /// The conversation as people read it.
    fn shown(&self) -> String {
        let mut shown = String::new();
        for line in &self.lines {
            let written = match line {
                Line::Customer { written, sent } if written == sent => writeln!(shown, "  customer: {sent}"),
                Line::Customer { written, sent } => writeln!(shown, "  customer: {sent}  {written}"),
                Line::Happened(what) => writeln!(shown, "  {what}"),
                Line::Bot(Reply { text, buttons }) if buttons.is_empty() => writeln!(shown, "  bot: {text}"),
                Line::Bot(Reply { text, buttons }) => {
                    writeln!(shown, "  bot: {text}  [{}]", buttons.join("] ["))
                }
            };
            written.expect("a string takes everything");
        }
        shown
    }
}

/// All that the bot said in these lines.
pub(super) fn words(lines: &[Line]) -> Vec<&str> {
    let said = lines.iter().filter_map(|line| match line {
        Line::Bot(reply) => Some(reply),
        Line::Customer { .. } | Line::Happened(_) => None,
    });
    said.flat_map(|reply| std::iter::once(&reply.text).chain(&reply.buttons))
        .map(String::as_str)
        .collect()
}

/// Plays them one after the other; fails with every conversation that went otherwise than expected.
pub(super) async fn play_all<T: Talk>(scenes: &[Scene]) {
    let data = tempfile::tempdir().expect("a temporary folder");
    assert!(!scenes.is_empty(), "nothing is played");
    let mut wrong = Vec::new();
    for scene in scenes {
        let (played, result) = Played::through::<T>(scene, data.path()).await;
        let problems = match result {
            Ok(()) => expect::problems(scene, &played).await,
            Err(problem) => vec![problem],
        };
        if !problems.is_empty() {
            let problems = problems.join("\n  ! ");
            wrong.push(format!("{}\n{}  ! {problems}\n", scene.name, played.shown()));
        }
    }
    let count = wrong.len();
    assert!(
        wrong.is_empty(),
        "{count} of {} conversations:\n\n{}",
        scenes.len(),
        wrong.join("\n")
    );
}

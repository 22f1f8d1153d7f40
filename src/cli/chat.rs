//! `firstline chat`: the same engine as the server's, in the terminal or on a pipe, on a store that is forgotten.

use std::io::{self, BufRead, IsTerminal};
use std::sync::Arc;

use crate::cli::assemble;
use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::cli::show;
use crate::config::Config;
use crate::domain::conversation::{Conversation, Customer, Owner, Status};
use crate::domain::id::ConversationId;
use crate::domain::message::Text;
use crate::domain::turn::{Input, TurnRecord};
use crate::engine::Target;
use crate::entropy;
use crate::store::memory::MemoryStore;

const PROMPT: &str = "you> ";

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Show every rule that was considered, with what it looked at
    #[arg(long)]
    trace: bool,

    /// What the bot calls you
    #[arg(long, default_value = "")]
    name: String,
}

pub(crate) async fn run(arguments: &Arguments, config: &Config, output: &Output) -> Result<Exit, CliError> {
    let classifier = assemble::classifier(config)?;
    let content = assemble::content(config, "")?;
    let engine = assemble::engine(config, content, classifier, Arc::new(MemoryStore::default()));
    let customer = Customer {
        name: arguments.name.clone(),
        ..Customer::default()
    };
    let mut target = Target::New {
        id: ConversationId::from_random(entropy::bytes()),
        customer,
    };
    let interactive = io::stdin().is_terminal();
    if interactive {
        output.note("Write as a customer would; /quit or end of input ends the chat.");
    }
    while let Some(line) = next_line(interactive, output)? {
        if line.trim() == "/quit" {
            break;
        }
        let text = match Text::parse(&line) {
            Ok(text) => text,
            Err(problem) => {
                output.note(format!("not sent: {problem}"));
                continue;
            }
        };
        let record = engine
            .receive(&target, &Input::CustomerMessage { text }, None)
            .await
            .map_err(anyhow::Error::from)?;
        target = Target::Existing(record.conversation.id.clone());
        print(&record, arguments.trace, output)?;
    }
    Ok(Exit::Fine)
}

/// Nothing else runs on this thread, so waiting for a line holds nobody up.
fn next_line(interactive: bool, output: &Output) -> io::Result<Option<String>> {
    if interactive {
        output.prompt(PROMPT)?;
    }
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line)?;
    Ok((read > 0).then_some(line))
}

fn print(record: &TurnRecord, trace: bool, output: &Output) -> io::Result<()> {
    if trace {
        for step in &record.trace.steps {
            output.line(format!("  {}", show::rule(step)))?;
        }
    }
    for message in show::answers(record) {
        output.line(format!("{}: {}", show::speaker(message), message.text))?;
    }
    output.line(format!(
        "  = {}{}",
        show::headline(record),
        standing(&record.conversation)
    ))
}

/// What the customer cannot see from the bot's words alone.
fn standing(conversation: &Conversation) -> &'static str {
    match (&conversation.owner, conversation.status) {
        (Owner::Queue { .. }, _) => " (waiting for a person; what you write now is kept for them)",
        (_, Status::Resolved) => " (resolved; writing again reopens it)",
        (Owner::Bot | Owner::Agent { .. }, Status::Open) => "",
    }
}

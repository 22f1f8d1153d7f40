//! `firstline chat`: the same engine as the server's, in the terminal or on a pipe, on a store that is forgotten. What
//! a server does beside its requests is done here between two lines.

mod watched;

use std::io::{self, BufRead, IsTerminal};
use std::sync::Arc;
use std::time::Duration;

use crate::cli::assemble;
use crate::cli::chat::watched::Watched;
use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::cli::show;
use crate::config::Config;
use crate::connect::Unsealed;
use crate::domain::conversation::{Conversation, Customer, Owner, Status};
use crate::domain::id::ConversationId;
use crate::domain::message::Text;
use crate::domain::turn::{Input, TurnRecord};
use crate::engine::{Engine, Target};
use crate::entropy;
use crate::outbox::lookups::LookupWorker;
use crate::store::memory::MemoryStore;
use crate::tasks::Tasks;

const PROMPT: &str = "you> ";

/// Between two looks at whether a timer is due.
const TIMER_PAUSE: Duration = Duration::from_millis(50);

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Show every rule that was considered, with what it looked at, and every lookup, with what came of it
    #[arg(long)]
    trace: bool,

    /// What the bot calls you
    #[arg(long, default_value = "")]
    name: String,

    /// Be this customer, signed in: the company's own id
    #[arg(long, value_name = "ID", default_value = "")]
    customer: String,
}

pub(crate) async fn run(arguments: &Arguments, config: &Config, output: &Output) -> Result<Exit, CliError> {
    let mut chat = Chat::new(arguments, config, output)?;
    let interactive = io::stdin().is_terminal();
    if interactive {
        output.note("Write as a customer would; /quit or end of input ends the chat.");
    }
    while let Some(line) = next_line(interactive, output)? {
        if line.trim() == "/quit" {
            break;
        }
        match Text::parse(chat.picked(&line)) {
            Ok(text) => chat.say(text).await?,
            Err(problem) => output.note(format!("not sent: {problem}")),
        }
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

struct Chat<'a> {
    engine: Engine,
    systems: Arc<Watched>,
    worker: LookupWorker,
    target: Target,
    /// Under the newest message that has some.
    buttons: Vec<String>,
    trace: bool,
    output: &'a Output,
}

impl<'a> Chat<'a> {
    fn new(arguments: &Arguments, config: &Config, output: &'a Output) -> Result<Self, CliError> {
        let classifier = assemble::classifier(config)?;
        let content = assemble::content(config, "")?;
        let (store, seal) = (Arc::new(MemoryStore::default()), assemble::fleeting_seal());
        let engine = assemble::engine(config, content, classifier, store, seal.clone());
        let systems = Arc::new(Watched::new(Arc::new(Unsealed::new(
            assemble::connectors(config)?,
            seal,
        ))));
        let worker = LookupWorker::new(
            Arc::clone(&engine.store),
            systems.clone(),
            Arc::new(engine.clone()),
            Arc::clone(&engine.clock),
            Tasks::default(),
            entropy::bytes(),
            &config.lookups,
        );
        let customer = Customer {
            id: arguments.customer.clone(),
            name: arguments.name.clone(),
            verified: !arguments.customer.is_empty(),
            tier: None,
        };
        let target = Target::New {
            id: ConversationId::from_random(entropy::bytes()),
            customer,
        };
        Ok(Self {
            engine,
            systems,
            worker,
            target,
            buttons: Vec::new(),
            trace: arguments.trace,
            output,
        })
    }

    /// What a line means: the button whose number it is, or itself.
    fn picked<'l>(&'l self, line: &'l str) -> &'l str {
        let number: Option<usize> = line.trim().parse().ok();
        let button = number.and_then(|number| self.buttons.get(number.checked_sub(1)?));
        button.map_or(line, String::as_str)
    }

    /// One message, its answer, and all that follows by itself.
    async fn say(&mut self, text: Text) -> Result<(), CliError> {
        let input = Input::CustomerMessage { text };
        let record = self
            .engine
            .receive(&self.target, &input, None)
            .await
            .map_err(anyhow::Error::from)?;
        let conversation = &record.conversation;
        self.target = Target::Existing(conversation.id.clone());
        self.buttons.clear();
        self.print(&record)?;
        let (store, mut shown) = (Arc::clone(&self.engine.store), conversation.version);
        let mut waits = conversation.awaited_task().is_some();
        while waits {
            let done = self.worker.run_due().await.map_err(anyhow::Error::from)?;
            for line in self.systems.take().into_iter().filter(|_| self.trace) {
                self.output.line(format!("  {line}"))?;
            }
            if done == 0 {
                // A timer: the business has its bot wait for more.
                tokio::time::sleep(TIMER_PAUSE).await;
                continue;
            }
            let turns = store.turns(&conversation.workspace, &conversation.id).await;
            for turn in turns.map_err(anyhow::Error::from)? {
                if turn.conversation.version > shown {
                    shown = turn.conversation.version;
                    waits = turn.conversation.awaited_task().is_some();
                    self.print(&turn)?;
                }
            }
        }
        Ok(())
    }

    fn print(&mut self, record: &TurnRecord) -> io::Result<()> {
        if self.trace {
            for step in &record.trace.steps {
                self.output.line(format!("  {}", show::rule(step)))?;
            }
        }
        for message in show::answers(record) {
            self.output
                .line(format!("{}: {}", show::speaker(message), message.text))?;
            if let Some(buttons) = show::buttons(message) {
                self.output.line(format!("  {buttons}"))?;
                self.buttons.clone_from(&message.buttons);
            }
        }
        self.output.line(format!(
            "  = {}{}",
            show::headline(record),
            standing(&record.conversation)
        ))
    }
}

/// What the customer cannot see from the bot's words alone.
fn standing(conversation: &Conversation) -> &'static str {
    match (&conversation.owner, conversation.status) {
        (Owner::Queue { .. }, _) => " (waiting for a person; what you write now is kept for them)",
        (_, Status::Resolved) => " (resolved; writing again reopens it)",
        (Owner::Bot | Owner::Agent { .. }, Status::Open) => "",
    }
}

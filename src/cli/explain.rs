//! `firstline explain`: why the engine did what it did, turn by turn, from the database. Works while a server runs.

use anyhow::Context;

use crate::cli::assemble;
use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::cli::show;
use crate::config::Config;
use crate::domain::id::{ConversationId, TaskId};
use crate::domain::reading::Reading;
use crate::domain::standing::Standing;
use crate::domain::turn::{Action, AgentAction, Input, TurnRecord};
use crate::ports::Conversations;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The conversation's id, `conv_…`
    conversation: String,
    /// Only this turn, counted from 1
    #[arg(long, value_name = "N")]
    turn: Option<usize>,
    /// Print one JSON object a turn
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: &Arguments, config: &Config, output: &Output) -> Result<Exit, CliError> {
    let id =
        ConversationId::parse(&arguments.conversation).map_err(|error| CliError::Usage(error.to_string()))?;
    let store = assemble::store_read_only(config).await?;
    let turns = store
        .turns(&config.server.workspace, &id)
        .await
        .context("the conversation cannot be read")?;
    let wanted = |(number, _): &(usize, &TurnRecord)| arguments.turn.is_none_or(|turn| turn == *number);
    let chosen: Vec<(usize, &TurnRecord)> = (1..).zip(&turns).filter(wanted).collect();
    if chosen.is_empty() {
        let workspace = &config.server.workspace;
        return Err(CliError::NotFound(match (turns.len(), arguments.turn) {
            (0, _) | (_, None) => {
                format!("there is no conversation {id} in workspace {workspace}; check the id")
            }
            (count, Some(turn)) => format!("{id} has no turn {turn}; it has {count}"),
        }));
    }
    for (number, turn) in chosen {
        if arguments.json {
            output.json(turn)?;
        } else {
            output.line(shown(number, turn, &turns))?;
        }
    }
    Ok(Exit::Fine)
}

/// One turn of `all` as a block of lines.
fn shown(number: usize, turn: &TurnRecord, all: &[TurnRecord]) -> String {
    let at = turn.conversation.updated_at;
    let mut lines = vec![format!("turn {number}, {at:.0}, {}", input(&turn.input, all))];
    lines.extend(
        turn.reading
            .iter()
            .map(|reading| format!("  read: {}", read(reading))),
    );
    lines.extend(
        turn.standing
            .iter()
            .map(|standing| format!("  standing: {}", stands(standing))),
    );
    lines.extend(
        turn.trace
            .steps
            .iter()
            .map(|step| format!("  {}", show::rule(step))),
    );
    lines.push(format!(
        "  = {} (policy {})",
        show::headline(turn),
        turn.trace.policy
    ));
    // The headline has them where nothing else came of the turn.
    if !turn.tasks.is_empty() && turn.action != Action::Wait {
        lines.push(format!("  asks for: {}", show::tasks(&turn.tasks)));
    }
    for said in show::answers(turn) {
        lines.push(format!("  {}: {}", show::speaker(said), said.text));
        lines.extend(show::buttons(said).map(|buttons| format!("    {buttons}")));
    }
    lines.join("\n")
}

fn input(input: &Input, all: &[TurnRecord]) -> String {
    match input {
        Input::Opened => "opened".to_owned(),
        Input::CustomerMessage { text } => format!("customer: {}", text.as_str()),
        Input::AgentMessage { agent, text, .. } => format!("agent {}: {}", agent.id, text.as_str()),
        Input::AgentAction { agent, action } => format!("agent {} {}", agent.id, deed(action)),
        Input::Note { agent, text, whisper } => {
            let verb = if *whisper { "whispers" } else { "notes" };
            format!("agent {} {verb}: {}", agent.id, text.as_str())
        }
        Input::Offered { agent } => format!("offered to agent {}", agent.id),
        Input::AgentGone { agent, since } => format!("agent {} is gone since {since:.0}", agent.id),
        Input::Rated { rating } => format!("rated {} of 5", rating.score),
        Input::LookupDone { task, result } | Input::CodeSent { task, result, .. } => {
            format!("{}: {}", asked(task, all), show::outcome(result))
        }
        Input::TimerFired { task } => format!("{} fires", asked(task, all)),
    }
}

/// What the task was to do, as the turn has it that asked for it.
fn asked(task: &TaskId, all: &[TurnRecord]) -> String {
    let mut tasks = all.iter().flat_map(|turn| &turn.tasks);
    let asked = tasks.find(|asked| asked.id == *task);
    asked.map_or_else(
        || task.to_string(),
        |asked| show::tasks(std::slice::from_ref(asked)),
    )
}

fn deed(action: &AgentAction) -> String {
    match action {
        AgentAction::Claim => "claims".to_owned(),
        AgentAction::Release => "releases".to_owned(),
        AgentAction::Transfer { queue } => format!("transfers to {queue}"),
        AgentAction::TransferToAgent { to } => format!("transfers to agent {}", to.id),
        AgentAction::Resolve => "resolves".to_owned(),
        AgentAction::ResolveAs { resolution } => format!("resolves as {resolution}"),
        AgentAction::TakeOver => "takes over".to_owned(),
        AgentAction::HandBack => "hands back".to_owned(),
        AgentAction::Accept => "accepts".to_owned(),
        AgentAction::Decline => "declines".to_owned(),
        AgentAction::Snooze { until } => format!("snoozes until {until}"),
    }
}

fn stands(standing: &Standing) -> String {
    let mut parts = vec![format!("{} ahead", standing.ahead)];
    parts.extend(
        standing
            .expected_wait
            .map(|wait| format!("expected wait {wait:#}")),
    );
    parts.push(if standing.open { "open" } else { "closed" }.to_owned());
    parts.extend(standing.opens_at.map(|at| format!("opens at {at:.0}")));
    parts.extend(
        standing
            .agents_online
            .map(|agents| format!("{agents} agents online")),
    );
    parts.join(", ")
}

fn read(reading: &Reading) -> String {
    let mut parts = Vec::new();
    let intents = reading
        .intents
        .iter()
        .map(|intent| format!("{} {:.2}", intent.name, intent.confidence));
    parts.push(intents.collect::<Vec<_>>().join(", "));
    if let Some(sentiment) = &reading.sentiment {
        parts.push(format!(
            "{} (negative {:.2})",
            sentiment.label.as_str(),
            sentiment.negative
        ));
    }
    if let Some(language) = &reading.language {
        parts.push(format!("language {} {:.2}", language.code, language.confidence));
    }
    parts.extend(
        reading
            .entities
            .iter()
            .map(|entity| format!("{} {}", entity.kind.as_str(), entity.value)),
    );
    parts.extend(reading.hits.iter().map(|hit| {
        format!(
            "{}#{} {:.2}",
            hit.citation.article, hit.citation.passage, hit.score
        )
    }));
    parts.extend(reading.model.iter().map(|model| format!("by {model}")));
    parts.extend(reading.fault.iter().map(|fault| format!("fault: {fault}")));
    parts.retain(|part| !part.is_empty());
    parts.join("; ")
}

//! `firstline explain`: why the engine did what it did, turn by turn, from the database. Works while a server runs.

use anyhow::Context;

use crate::cli::assemble;
use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::cli::show;
use crate::config::Config;
use crate::domain::id::ConversationId;
use crate::domain::reading::Reading;
use crate::domain::turn::{AgentAction, Input, TurnRecord};
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
            output.line(shown(number, turn))?;
        }
    }
    Ok(Exit::Fine)
}

/// One turn as a block of lines.
fn shown(number: usize, turn: &TurnRecord) -> String {
    let at = turn.conversation.updated_at;
    let mut lines = vec![format!("turn {number}, {at:.0}, {}", input(&turn.input))];
    lines.extend(
        turn.reading
            .iter()
            .map(|reading| format!("  read: {}", read(reading))),
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
    lines.extend(show::answers(turn).map(|said| format!("  {}: {}", show::speaker(said), said.text)));
    lines.join("\n")
}

fn input(input: &Input) -> String {
    match input {
        Input::Opened => "opened".to_owned(),
        Input::CustomerMessage { text } => format!("customer: {}", text.as_str()),
        Input::AgentMessage { agent, text } => format!("agent {}: {}", agent.id, text.as_str()),
        Input::AgentAction { agent, action } => format!("agent {} {}", agent.id, deed(action)),
        Input::Rated { rating } => format!("rated {} of 5", rating.score),
        Input::LookupDone { task, result } => format!("{task}: {}", result.outcome),
        Input::CodeSent { task, result, .. } => format!("{task}: a code, {}", result.outcome),
        Input::TimerFired { task } => format!("{task}: it is time"),
    }
}

fn deed(action: &AgentAction) -> String {
    match action {
        AgentAction::Claim => "claims".to_owned(),
        AgentAction::Release => "releases".to_owned(),
        AgentAction::Transfer { queue } => format!("transfers to {queue}"),
        AgentAction::Resolve => "resolves".to_owned(),
        AgentAction::HandBack => "hands back".to_owned(),
    }
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

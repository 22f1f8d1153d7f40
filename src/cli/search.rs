//! `firstline search`: what the knowledge base finds for a question, as the engine would see it.

use serde_json::json;

use crate::cli::assemble;
use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::config::Config;
use crate::domain::article::{ArticleHit, Audience};
use crate::domain::intent::{Intent, ScoredIntent};
use crate::knowledge::Place;
use crate::ports::{KnowledgeBase, SearchQuery};
use crate::telemetry;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The question, in a customer's words
    #[arg(required = true)]
    query: Vec<String>,
    /// Search as if the classifier had read this intent
    #[arg(long, value_name = "NAME")]
    intent: Vec<String>,
    /// Find passages for agents too
    #[arg(long)]
    internal: bool,
    /// How many passages to show at most
    #[arg(long, default_value_t = 5)]
    limit: usize,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

/// Nothing found is a finding.
pub(crate) fn run(arguments: &Arguments, config: &Config, output: &Output) -> Result<Exit, CliError> {
    let content = assemble::content(config, &config.server.public_url, Place::Memory)?;
    let text = arguments.query.join(" ");
    let scored = |name: &String| ScoredIntent {
        name: Intent::new(name.clone()),
        confidence: 1.0,
    };
    let intents: Vec<ScoredIntent> = arguments.intent.iter().map(scored).collect();
    let hits = content.index.search(&SearchQuery {
        text: &text,
        intents: &intents,
        locale: &content.policy.business().locale,
        audience: if arguments.internal {
            Audience::Internal
        } else {
            Audience::Public
        },
        now: telemetry::now(),
        limit: arguments.limit,
    });
    let hits = hits.map_err(anyhow::Error::new)?;
    for hit in &hits {
        if arguments.json {
            output.json(&json!(hit))?;
        } else {
            output.line(shown(hit))?;
        }
    }
    if hits.is_empty() {
        output.note("nothing found");
    }
    Ok(if hits.is_empty() {
        Exit::Findings
    } else {
        Exit::Fine
    })
}

fn shown(hit: &ArticleHit) -> String {
    let internal = match hit.audience {
        Audience::Public => "",
        Audience::Internal => " (internal)",
    };
    let heading = if hit.heading.is_empty() {
        &hit.title
    } else {
        &hit.heading
    };
    let (article, passage) = (&hit.citation.article, &hit.citation.passage);
    format!("{:.2}  {article}#{passage}{internal}  {heading}", hit.score)
}

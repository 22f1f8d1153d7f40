//! `firstline search`: what the knowledge base finds for a question, as the engine would see it; and how good the search
//! is on labelled questions.

mod judge;

use serde_json::json;

use crate::cli::assemble;
use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::config::Config;
use crate::domain::article::{ArticleHit, Audience};
use crate::domain::intent::{Intent, ScoredIntent};
use crate::ports::{Classifier, KnowledgeBase, SearchQuery};
use crate::telemetry;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The question, in a customer's words
    #[arg(required_unless_present = "judge", conflicts_with = "judge")]
    query: Vec<String>,
    /// Search as if the classifier had read this intent, instead of those that it reads
    #[arg(long, value_name = "NAME")]
    intent: Vec<String>,
    /// What was said before the question, oldest first
    #[arg(long, value_name = "TEXT")]
    said: Vec<String>,
    /// Find passages for agents too
    #[arg(long)]
    internal: bool,
    /// How many passages to show at most
    #[arg(long, default_value_t = 5)]
    limit: usize,
    #[command(flatten)]
    judging: judge::Options,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

/// Nothing found is a finding.
pub(crate) async fn run(arguments: &Arguments, config: &Config, output: &Output) -> Result<Exit, CliError> {
    if let Some(folder) = &arguments.judging.judge {
        return judge::run(folder, &arguments.judging, arguments.json, config, output).await;
    }
    let content = assemble::content(config, &config.server.public_url)?;
    let text = arguments.query.join(" ");
    let read = assemble::classifier(config)?.classify(&text).await;
    let read = read.map_err(anyhow::Error::new)?;
    let scored = |name: &String| ScoredIntent {
        name: Intent::new(name.clone()),
        confidence: 1.0,
    };
    let given: Vec<ScoredIntent> = arguments.intent.iter().map(scored).collect();
    let said: Vec<&str> = arguments.said.iter().map(String::as_str).collect();
    let hits = content.index.search(&SearchQuery {
        text: &text,
        embedding: Some(&read.embedding),
        context: &said,
        intents: if given.is_empty() { &read.intents } else { &given },
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

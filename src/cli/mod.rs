//! The command line: one file for each subcommand. `assemble` joins the parts; nothing below knows that a
//! command line exists.

mod account;
mod assemble;
mod backup;
mod calibrate;
mod chat;
mod check;
mod classify;
mod doctor;
mod eval;
mod explain;
mod failure;
mod fit;
mod index;
mod init;
mod key;
mod labelled;
mod lines;
mod mask;
mod openapi;
mod output;
mod panics;
mod reload;
mod replay;
mod restore;
mod search;
mod secrets;
mod serve;
mod show;
mod suggest;
mod train;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::config::{self, Flag};

const EXIT_CODES: &str = "Exit codes: 0 fine; 1 findings (problems found, nothing found, other than written); 2 wrong \
usage; 70 a fault;\n78 configuration, knowledge, model or database do not fit and have to be mended first (sysexits.h).\n\
Every setting can be given as FIRSTLINE_SECTION__KEY too; NO_COLOR is respected.";

/// Hybrid bot-plus-human triage engine for customer support
#[derive(Debug, Parser)]
#[command(name = "firstline", version, about, after_help = EXIT_CODES)]
struct Arguments {
    /// Configuration file [default: firstline.toml in the working folder, when it is there]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Print results and errors only
    #[arg(long, short, global = true)]
    quiet: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a small workspace to start from
    Init(init::Arguments),
    /// Check all knowledge and configuration files, and the model's hashes
    Check(check::Arguments),
    /// Start the server
    Serve(serve::Arguments),
    /// Copy everything that a server keeps into one file, while it runs
    Backup(backup::Arguments),
    /// Put a backup in the place of what the data folder holds; what was there is kept aside
    Restore(restore::Arguments),
    /// Say what is wrong with this installation, or soon will be, and what to do
    Doctor(doctor::Arguments),
    /// Have a running server take the model and the knowledge files as they are now, or another model
    Reload(reload::Arguments),
    /// Build the search index into a folder and say how fast that was
    Index(index::Arguments),
    /// Search the knowledge base as the engine does
    Search(search::Arguments),
    /// Measure the suggested replies on conversations with the replies that agents sent
    Suggest(suggest::Arguments),
    /// Say why a conversation went as it did: every rule, its inputs and whether it fired
    Explain(explain::Arguments),
    /// Talk to the bot in the terminal; nothing is kept
    Chat(chat::Arguments),
    /// Read messages and say of each what it is about, its mood and what would be done with it
    Classify(classify::Arguments),
    /// Print messages without the personal data in them
    Mask(mask::Arguments),
    /// Make a model for own intents from example messages
    Train(train::Arguments),
    /// Measure a model on labelled rows: accuracy, calibration, how much it could answer
    Eval(eval::Arguments),
    /// Choose the confidence thresholds under which at most so many answers are wrong, and certify them
    Calibrate(calibrate::Arguments),
    /// Play written conversations and compare what the engine does with what they say
    Replay(replay::Arguments),
    /// Make, list and revoke API keys
    Key(key::Arguments),
    /// List who may sign in, and make links by which a password is set
    Account(account::Arguments),
    /// Print the description of the HTTP API (OpenAPI 3.1)
    Openapi,
}

/// Parses the arguments, runs the command, prints what went wrong and returns the exit code.
pub fn run() -> ExitCode {
    panics::report_without_personal_data();
    let arguments = Arguments::parse();
    let output = Output::new(arguments.quiet);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(dispatch(arguments, &output)),
        Err(error) => Err(CliError::Fault(
            anyhow::Error::new(error).context("no threads can be started"),
        )),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            output.error(&error);
            error.exit().into()
        }
    }
}

async fn dispatch(arguments: Arguments, output: &Output) -> Result<Exit, CliError> {
    let load = |flags: &[Flag]| config::load(arguments.config.as_deref(), flags);
    match arguments.command {
        Command::Init(command) => init::run(&command, output),
        Command::Check(command) => check::run(&command, load(&[]), output),
        Command::Serve(command) => serve::run(&load(&command.flags())?, output).await,
        Command::Backup(command) => backup::run(&command, &load(&[])?, output).await,
        Command::Restore(command) => restore::run(&command, &load(&[])?, output).await,
        Command::Doctor(command) => doctor::run(&command, load(&[]), output).await,
        Command::Reload(command) => reload::run(&command, &load(&[])?, output).await,
        Command::Index(command) => index::run(&command, &load(&[])?, output),
        Command::Search(command) => search::run(&command, &load(&[])?, output).await,
        Command::Suggest(command) => suggest::run(&command, &load(&[])?, output).await,
        Command::Explain(command) => explain::run(&command, &load(&[])?, output).await,
        Command::Chat(command) => chat::run(&command, &load(&[])?, output).await,
        Command::Classify(command) => classify::run(&command, &load(&command.flags())?, output).await,
        Command::Mask(command) => mask::run(&command, &load(&[])?, output).await,
        Command::Train(command) => train::run(&command, &load(&command.flags())?, output),
        Command::Eval(command) => eval::run(&command, &load(&command.flags())?, output).await,
        Command::Calibrate(command) => calibrate::run(&command, &load(&command.flags())?, output).await,
        Command::Replay(command) => replay::run(&command, &load(&[])?, output).await,
        Command::Key(command) => key::run(&command, &load(&[])?, output).await,
        Command::Account(command) => account::run(&command, &load(&[])?, output).await,
        Command::Openapi => openapi::run(output),
    }
}

/// The setting that an option naming a model's folder stands for.
fn model_flag(option: &'static str, folder: Option<&Path>) -> Option<Flag> {
    folder.map(|path| (option, "paths", "model", path.display().to_string()))
}

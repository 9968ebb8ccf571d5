//! The commands. Each opens the data by itself, also while the server runs, and leaves it as it promised.
//! Exit status: 0 done, 1 failed, 2 wrong use.

mod mail;
mod people;
mod site;
mod upkeep;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::app::App;
use crate::config::{Config, Flags};
use crate::serve;

#[derive(Parser)]
#[command(
    name = "rejoinder",
    version,
    about = "Comments for any blog, where the author answers.",
    after_help = "Example:\n  rejoinder serve --listen 127.0.0.1:8080 --data ./rejoinder-data"
)]
struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve comments (what happens without a command)
    #[command(after_help = "Example:\n  rejoinder serve --listen 127.0.0.1:8080")]
    Serve,
    /// Add, show, change and remove sites
    #[command(subcommand, after_help = "Example:\n  rejoinder site add my-blog --origin https://blog.example")]
    Site(site::SiteCommand),
    /// Invite somebody to the desk
    #[command(subcommand, after_help = "Example:\n  rejoinder moderator add Grace --site my-blog --role moderator")]
    Moderator(people::ModeratorCommand),
    /// Make tokens for the JSON API
    #[command(subcommand, after_help = "Example:\n  rejoinder token add nightly-report --site my-blog --scope read")]
    Token(people::TokenCommand),
    /// Show every setting, its value and where it came from
    #[command(after_help = "Example:\n  rejoinder config")]
    Config,
    /// Write a verified copy of the database while the server runs
    #[command(after_help = "Example:\n  rejoinder backup /var/backups/rejoinder-monday.db")]
    Backup {
        /// File to write; it must not exist
        path: PathBuf,
    },
    /// Put a backup in the place of the database; the server must not run
    #[command(
        after_help = "Example:\n  rejoinder restore /var/backups/rejoinder-monday.db\n\nA database that is there is moved aside, never overwritten."
    )]
    Restore {
        /// The backup
        path: PathBuf,
    },
    /// Send a mail and say what keeps mail from arriving
    #[command(
        after_help = "Example:\n  rejoinder mail-test ada@example.org\n\nLooks at settings, DNS, encryption, sign-in, SPF, DKIM and DMARC, and says the fix for each fault."
    )]
    MailTest {
        /// Who gets the mail
        address: String,
    },
    /// Look for damage and wrong numbers
    #[command(after_help = "Example:\n  rejoinder check")]
    Check,
}

/// Prints a line of what a command answers.
macro_rules! say {
    ($($words:tt)*) => { crate::cli::print_line(format_args!($($words)*)) };
}
use say;

/// Whoever reads our output may stop reading, as `head` does: that ends us quietly. Any other failure is one.
fn print_line(line: std::fmt::Arguments<'_>) {
    use std::io::Write;
    if let Err(error) = writeln!(std::io::stdout(), "{line}") {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            std::process::exit(0);
        }
        eprintln!("rejoinder: the output cannot be written: {error}");
        std::process::exit(1);
    }
}

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match act(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("rejoinder: {failure:#}");
            ExitCode::FAILURE
        }
    }
}

fn act(cli: Cli) -> anyhow::Result<()> {
    let config = Config::load(&cli.flags)?;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => runtime()?.block_on(serve::serve_until_stopped(config)),
        Command::Site(command) => site::run(command, &open(config)?),
        Command::Moderator(command) => people::run_moderator(command, &open(config)?),
        Command::Token(command) => people::run_token(command, &open(config)?),
        Command::Config => upkeep::show_config(&config),
        Command::Backup { path } => upkeep::backup(&open(config)?, &path),
        Command::Restore { path } => upkeep::restore(&config, &path),
        Command::MailTest { address } => runtime()?.block_on(mail::test(&config, &address)),
        Command::Check => upkeep::check(&open(config)?),
    }
}

fn open(config: Config) -> anyhow::Result<App> {
    serve::open_app(config, crate::clock::Clock::System)
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("the asynchronous runtime did not start")
}

//! `rejoinder moderator …` and `rejoinder token …`: who may do what. Secrets stand alone on the last line.

use anyhow::{Context, bail};
use clap::Subcommand;

use crate::actions::{TOKEN_PREFIX, invite};
use crate::app::App;
use crate::cli::say;
use crate::cli::site;
use crate::error::Error;
use crate::model::{EmailAddress, Role, Scope, SiteId, clean_name};
use crate::secrets::{hash_secret, new_secret};

#[derive(Subcommand)]
pub enum ModeratorCommand {
    /// Invite somebody, or give somebody a further role; prints a one-time set-up link
    #[command(after_help = "Example:\n  rejoinder moderator add Grace --site my-blog --role moderator")]
    Add {
        /// Shown beside their answers, and typed to sign in
        name: String,
        /// Where mail about comments goes, without asking first: you vouch for it
        #[arg(long)]
        email: Option<String>,
        #[command(flatten)]
        reach: Reach,
        /// owner, moderator or viewer
        #[arg(long, default_value = "moderator")]
        role: String,
    },
}

#[derive(Subcommand)]
pub enum TokenCommand {
    /// Make a token for the JSON API; it is printed once
    #[command(after_help = "Example:\n  rejoinder token add nightly-report --site my-blog --scope read")]
    Add {
        /// What it is for; comments written with it carry this name where none is given
        name: String,
        #[command(flatten)]
        reach: Reach,
        /// read, write, moderate or admin, each including those before it
        #[arg(long)]
        scope: String,
    },
}

/// Where rights reach: one site, or all.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub struct Reach {
    /// On one site
    #[arg(long, value_name = "KEY")]
    site: Option<String>,
    /// On every site, also later ones
    #[arg(long)]
    all: bool,
}

impl Reach {
    fn site_id(&self, app: &App) -> anyhow::Result<Option<SiteId>> {
        match (&self.site, self.all) {
            (Some(key), _) => Ok(Some(site::find(app, key)?.id)),
            (None, true) => Ok(None),
            (None, false) => bail!("say --site KEY or --all"),
        }
    }
}

pub fn run_moderator(command: ModeratorCommand, app: &App) -> anyhow::Result<()> {
    let ModeratorCommand::Add { name, email, reach, role } = command;
    let role = Role::from_word(&role).context("a role is owner, moderator or viewer")?;
    let email = email.map(|email| EmailAddress::parse(email.trim())).transpose().context("--email")?.map(|email| email.key());
    let (account, code) = invite(app, &name, email.as_deref(), role, reach.site_id(app)?)?;
    if let Some(email) = &email {
        // Whoever runs the server knows whose address it is; nobody is asked.
        app.store.vouch_for_address(email, "en", app.now()).map_err(Error::from).context("--email")?;
    }
    say!("{} chooses a password here, once, within seven days:", account.name);
    say!("{}/admin/setup?code={code}", app.config.public_url());
    Ok(())
}

pub fn run_token(command: TokenCommand, app: &App) -> anyhow::Result<()> {
    let TokenCommand::Add { name, reach, scope } = command;
    let scope = Scope::from_word(&scope).context("a scope is read, write, moderate or admin")?;
    let name = clean_name(&name);
    if name.is_empty() || name.chars().count() > 80 {
        bail!("a token's name has 1 to 80 characters");
    }
    let secret = format!("{TOKEN_PREFIX}{}", new_secret());
    let added = app.store.insert_token(&name, &hash_secret(&secret), reach.site_id(app)?, scope, app.now());
    added.map_err(Error::from).with_context(|| format!("token {name}"))?;
    say!("The token {name} is shown only now; keep it like a password:");
    say!("{secret}");
    Ok(())
}

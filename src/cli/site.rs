//! `rejoinder site …`

use anyhow::{Context, bail};
use clap::Subcommand;

use crate::actions::{SiteChange, add_site, change_site, find_site};
use crate::app::App;
use crate::cli::say;
use crate::model::{Rules, Site};
use crate::web::assets::script_tag;

#[derive(Subcommand)]
pub enum SiteCommand {
    /// Add a site
    #[command(after_help = "Example:\n  rejoinder site add my-blog --origin https://blog.example --name \"My blog\"")]
    Add {
        /// Short name in addresses: a-z, 0-9 and -
        key: String,
        /// Where its pages live; give it once for each origin
        #[arg(long = "origin", required = true, value_name = "URL")]
        origins: Vec<String>,
        /// Shown to people
        #[arg(long)]
        name: Option<String>,
    },
    /// List all sites
    #[command(after_help = "Example:\n  rejoinder site list")]
    List,
    /// Show one site with its rules
    #[command(after_help = "Example:\n  rejoinder site show my-blog")]
    Show { key: String },
    /// Change the name, the origins or rules; a running server follows within a second
    #[command(after_help = "Example:\n  rejoinder site set my-blog moderation=first origins=https://blog.example,http://localhost:1313")]
    Set {
        key: String,
        #[arg(required = true, value_name = "NAME=VALUE")]
        settings: Vec<String>,
    },
    /// Remove a site with all its comments, for good
    #[command(after_help = "Example:\n  rejoinder site remove my-blog --yes")]
    Remove {
        key: String,
        /// Really
        #[arg(long)]
        yes: bool,
    },
}

pub fn run(command: SiteCommand, app: &App) -> anyhow::Result<()> {
    match command {
        SiteCommand::Add { key, origins, name } => {
            let site = add_site(app, &key, name.as_deref(), &origins).with_context(|| format!("site {key}"))?;
            say!(
                "Site {} is ready. Paste this where the comments shall appear:\n\n{}",
                site.key,
                script_tag(&app.config.public_url(), site.key.as_str())
            );
        }
        SiteCommand::List => {
            for site in app.store.list_sites()? {
                let origins: Vec<String> = site.origins.iter().map(ToString::to_string).collect();
                say!("{}\t{}\t{}", site.key, site.name, origins.join(" "));
            }
        }
        SiteCommand::Show { key } => show(&find(app, &key)?),
        SiteCommand::Set { key, settings } => {
            let site = find(app, &key)?;
            let split = |setting: &String| setting.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.to_owned()));
            let values: Option<Vec<_>> = settings.iter().map(split).collect();
            let Some(values) = values else { bail!("settings look like moderation=first") };
            show(&change_site(app, &site, &SiteChange { values })?);
        }
        SiteCommand::Remove { key, yes } => {
            let site = find(app, &key)?;
            if !yes {
                bail!("this removes site {key} with all its comments, for good; say --yes if that is meant");
            }
            app.store.delete_site(site.id)?;
            say!("Site {key} is gone.");
        }
    }
    Ok(())
}

pub fn find(app: &App, key: &str) -> anyhow::Result<Site> {
    find_site(app, key).with_context(|| format!("site {key}: `rejoinder site list` shows those that exist"))
}

fn show(site: &Site) {
    let origins: Vec<String> = site.origins.iter().map(ToString::to_string).collect();
    say!("key = {}\nname = {}\norigins = {}", site.key, site.name, origins.join(","));
    for name in Rules::NAMES {
        say!("{name} = {}", site.rules.get(name).unwrap_or_default());
    }
}

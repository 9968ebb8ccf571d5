//! `rejoinder config`, `backup`, `restore` and `check`.

use std::path::Path;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::app::App;
use crate::config::Config;
use crate::store::sqlite::SqliteStore;

pub fn show_config(config: &Config) -> anyhow::Result<()> {
    for row in config.explain() {
        println!("{} = {}  ({})", row.name, row.value, row.source);
    }
    Ok(())
}

pub fn backup(app: &App, path: &Path) -> anyhow::Result<()> {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template("backup {wide_bar} {percent}% {eta}").context("progress bar")?);
    let result = app.store.backup(path, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    result.with_context(|| format!("backup to {}", path.display()))?;
    println!("{} is complete and sound.", path.display());
    Ok(())
}

pub fn restore(config: &Config, path: &Path) -> anyhow::Result<()> {
    let database = config.database_path();
    let aside = SqliteStore::restore(path, &database).with_context(|| format!("restore {} to {}", path.display(), database.display()))?;
    if let Some(aside) = aside {
        println!("The database that was there is now {}.", aside.display());
    }
    println!("{} is restored and sound.", database.display());
    Ok(())
}

pub fn check(app: &App) -> anyhow::Result<()> {
    let report = app.store.check()?;
    println!("{} sites, {} pages, {} comments", report.sites, report.pages, report.comments);
    for problem in &report.problems {
        println!("{problem}");
    }
    match report.problems.len() {
        0 => println!("No damage, and every number is right."),
        n => bail!("{n} problems; restore a backup, or keep a copy of the file and ask for help"),
    }
    Ok(())
}

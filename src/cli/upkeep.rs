//! `rejoinder config`, `backup`, `restore` and `check`.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::app::App;
use crate::cli::say;
use crate::config::Config;
use crate::store::sqlite::SqliteStore;

pub fn show_config(config: &Config) -> anyhow::Result<()> {
    for row in config.explain() {
        say!("{} = {}  ({})", row.name, row.value, row.source);
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
    say!("{} is complete and sound.", path.display());
    Ok(())
}

pub fn restore(config: &Config, path: &Path) -> anyhow::Result<()> {
    let database = config.database_path();
    if let Some(folder) = database.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("setting data: the folder {} cannot be made", folder.display()))?;
    }
    let failed = || format!("restore {} to {}", path.display(), database.display());
    if database.exists() {
        let aside = copy_aside(&database)?;
        SqliteStore::restore_over(path, &database).with_context(failed)?;
        say!("A copy of the database that was there is {}.", aside.display());
    } else {
        SqliteStore::restore(path, &database).with_context(failed)?;
    }
    say!("{} is restored and sound.", database.display());
    Ok(())
}

/// Copies a database byte by byte, damaged or not, with the log that belongs to it.
fn copy_aside(database: &Path) -> anyhow::Result<PathBuf> {
    let named = |ending: String| {
        let mut name = database.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let free = (1..1000).map(|n| named(format!(".before-restore-{n}"))).find(|aside| !aside.exists());
    let aside = free.context("there are too many copies beside the database: remove some")?;
    let log = named("-wal".into());
    if log.exists() {
        let mut log_aside = aside.clone().into_os_string();
        log_aside.push("-wal");
        std::fs::copy(&log, log_aside).context("copy the log of the database")?;
    }
    std::fs::copy(database, &aside).context("copy the database")?;
    Ok(aside)
}

pub fn check(app: &App) -> anyhow::Result<()> {
    let report = app.store.check()?;
    say!("{} sites, {} pages, {} comments", report.sites, report.pages, report.comments);
    for problem in &report.problems {
        say!("{problem}");
    }
    match report.problems.len() {
        0 => say!("No damage, and every number is right."),
        n => bail!("{n} problems; restore a backup, or keep a copy of the file and ask for help"),
    }
    Ok(())
}

//! How whoever is signed in hears of comments by mail.

use serde::Serialize;

use crate::actions::{self, OwnMail, sends_mail};
use crate::error::Error;
use crate::model::{AddressState, NoticeMode, Site};
use crate::web::admin::{
    answer::{Drawn, Page, see_other},
    ask::Ask,
    notice::{Deed, Notice},
    templates::Template,
};
use crate::web::face::sentence;

#[derive(Serialize)]
struct You {
    saved: bool,
    sends_mail: bool,
    email: String,
    state: Option<&'static str>,
    /// The state is nothing to worry about.
    good: bool,
    ask_again: bool,
    error: Option<Wrong>,
    sites: Vec<SiteLine>,
}

#[derive(Serialize)]
struct Wrong {
    code: String,
    said: String,
}

#[derive(Serialize)]
struct SiteLine {
    key: String,
    name: String,
    modes: Vec<Mode>,
}

#[derive(Serialize)]
struct Mode {
    word: &'static str,
    label: &'static str,
    chosen: bool,
}

pub fn show(ask: &Ask) -> Result<Drawn, Error> {
    Ok(draw(ask, None)?.into())
}

fn draw(ask: &Ask, error: Option<&Error>) -> Result<Page, Error> {
    // What was just stored counts, not what the session read when the request came.
    let account = &ask.session()?.account;
    let OwnMail { address, state, sites } = actions::read_own_mail(ask.app(), account)?;
    let typed = error.map(|_| ask.form.get("email").unwrap_or_default().to_owned());
    let you = You {
        saved: Notice::read(ask).is_some_and(|notice| notice.deed == Deed::Saved),
        sends_mail: sends_mail(ask.app()),
        email: typed.unwrap_or_else(|| address.unwrap_or_default()),
        state: state.map(state_words),
        good: state == Some(AddressState::Confirmed),
        ask_again: matches!(state, Some(AddressState::Unproven | AddressState::Bounced)),
        error: error.map(|error| Wrong { code: error.code().to_owned(), said: sentence(error, "en") }),
        sites: sites.into_iter().map(|(site, mode)| SiteLine::new(&site, mode)).collect(),
    };
    let page = Page::new(Template::You, "Your mail", you)?;
    Ok(match error {
        Some(error) => page.because_of(error),
        None => page,
    })
}

impl SiteLine {
    fn new(site: &Site, own: NoticeMode) -> Self {
        let modes = NoticeMode::ALL.map(|mode| Mode { word: mode.word(), label: mode_words(mode), chosen: mode == own });
        Self { key: site.key.to_string(), name: site.name.clone(), modes: modes.into() }
    }
}

fn mode_words(mode: NoticeMode) -> &'static str {
    match mode {
        NoticeMode::Every => "A mail for every comment",
        NoticeMode::Pending => "A mail for comments that wait",
        NoticeMode::Hourly => "A summary every hour",
        NoticeMode::Daily => "A summary every day",
        NoticeMode::Off => "Nothing",
    }
}

fn state_words(state: AddressState) -> &'static str {
    match state {
        AddressState::Unproven => {
            "It waits for your confirmation: press the button in the mail. At most one such mail goes out in 24 hours."
        }
        AddressState::Confirmed => "It is confirmed.",
        AddressState::Stopped => "Its owner wants no mail from this server.",
        AddressState::Bounced => "Mail to it came back several times, so nothing is sent there. Save it again to try once more.",
    }
}

pub fn change_address(ask: &Ask) -> Result<Drawn, Error> {
    let account = &ask.session()?.account;
    match actions::change_own_address(ask.app(), account, ask.form.get("email").unwrap_or_default()) {
        Ok(()) => Ok(saved(ask, account.id.0)),
        Err(error @ (Error::Field(_) | Error::MailOff | Error::TooManyMails(_))) => Ok(draw(ask, Some(&error))?.into()),
        Err(error) => Err(error),
    }
}

pub fn choose_notices(ask: &Ask) -> Result<Drawn, Error> {
    let account = &ask.session()?.account;
    let sites = actions::list_own_sites(ask.app(), account)?;
    let chosen = |site: &Site| Some((site.id, NoticeMode::from_word(ask.form.get(&format!("mode-{}", site.key))?)?));
    let modes: Vec<_> = sites.iter().filter_map(chosen).collect();
    actions::choose_notices(ask.app(), account, &modes)?;
    Ok(saved(ask, account.id.0))
}

fn saved(ask: &Ask, id: i64) -> Drawn {
    let done = Notice { deed: Deed::Saved, id, undo: None }.encode(ask);
    see_other(format!("{}/you?done={done}", ask.desk().base))
}

//! Asks somebody of the staff whether an e-mail address is theirs. The link shows the question; the button proves it.

use serde_json::json;
use warp::{http::StatusCode, reply::Response};

use crate::actions::{confirm_own_address, find_confirmation, mask};
use crate::app::{App, Work};
use crate::error::Error;
use crate::model::{Account, AddressState, MailAddress};
use crate::web::admin::{
    by_link::{check_origin, page, refused},
    templates::Template,
};
use crate::web::request::Caller;

pub async fn show(token: String, caller: Caller, app: App) -> Response {
    let drawn = app.blocking(Work::Read, move |app| {
        app.limits.check_read(caller.client.0).map_err(Error::TooMany)?;
        draw(&token, &find_confirmation(app, &token)?)
    });
    drawn.await.unwrap_or_else(|error| refused(error, None))
}

pub async fn prove(token: String, caller: Caller, app: App) -> Response {
    let done = app.blocking(Work::Write, move |app| {
        check_origin(app, &caller)?;
        app.limits.check_read(caller.client.0).map_err(Error::TooMany)?;
        draw(&token, &confirm_own_address(app, &token)?)
    });
    done.await.unwrap_or_else(|error| refused(error, None))
}

fn draw(token: &str, (account, address): &(Account, MailAddress)) -> Result<Response, Error> {
    let proven = address.state == AddressState::Confirmed;
    let values = json!({
        "title": if proven { "Your address is confirmed" } else { "Is this your address?" },
        "proven": proven,
        "account": account.name,
        "address": mask(&address.address),
        "action": format!("/follow/staff/{token}"),
    });
    page(Template::ConfirmByLink, StatusCode::OK, values)
}

//! What no route took, as an error of ours. Whoever serves gives it the shape of the address it was asked at.

use std::convert::Infallible;

use warp::{
    Rejection,
    reject::{InvalidHeader, InvalidQuery, LengthRequired, MethodNotAllowed, MissingHeader, PayloadTooLarge, UnsupportedMediaType},
    reply::Response,
};

use crate::error::Error;
use crate::web::{face::Face, reply::refuse, request::BODY_BYTES_MAX};

/// For `.recover(recover).unify()` around all routes.
pub async fn recover(rejection: Rejection) -> Result<Response, Infallible> {
    Ok(refuse(error_of(&rejection), &Face::Json))
}

/// Specific kinds first; 405 and 404 last, because routes that do not fit add those to every rejection.
fn error_of(rejection: &Rejection) -> Error {
    if rejection.find::<PayloadTooLarge>().is_some() {
        Error::BodyTooLarge { limit: BODY_BYTES_MAX }
    } else if rejection.find::<UnsupportedMediaType>().is_some() {
        Error::MediaTypeWrong { expected: "another media type" }
    } else if rejection.find::<InvalidHeader>().is_some()
        || rejection.find::<MissingHeader>().is_some()
        || rejection.find::<LengthRequired>().is_some()
    {
        Error::RequestMalformed("a header is missing or cannot be read")
    } else if rejection.find::<InvalidQuery>().is_some() {
        Error::RequestMalformed("the query cannot be read")
    } else if rejection.find::<MethodNotAllowed>().is_some() {
        Error::MethodNotAllowed
    } else if rejection.is_not_found() {
        Error::RouteUnknown
    } else {
        Error::Internal(format!("a rejection that nothing answers: {rejection:?}"))
    }
}

//! T58: a redirect is a call like the first, and there are few of them.

use rejoinder::notify::outbound::{Answer, Failure};

use crate::namespace::{Net, inside, outbound};

#[test]
fn t58_redirects_are_few_lead_outside_and_never_from_https_to_http() {
    inside("redirects::t58_redirects_are_few_lead_outside_and_never_from_https_to_http", async |net: &mut Net| {
        let outbound = outbound(&[]);
        let get = async |url: &str| outbound.get(url, &[]).await.map(|answer| answer.status);
        assert_eq!(get("http://redirect.test/").await, Err(Failure::ForbiddenAddress));
        assert_eq!(get("http://redirect-inside.test/").await, Err(Failure::ForbiddenAddress));
        assert_eq!(get("http://redirect-file.test/").await, Err(Failure::Scheme));
        assert_eq!(get("http://redirect-https-http.test/").await, Err(Failure::Redirect));
        assert_eq!(get("http://redirect-twenty.test/").await, Err(Failure::Redirect));
        assert_eq!(get("http://redirect-twenty.test/17").await, Ok(200), "three are followed");
        assert_eq!(get("http://redirect-twenty.test/16").await, Err(Failure::Redirect));
        assert_eq!(get("http://loop.test/").await, Err(Failure::Redirect));
        let post = async |url: &str| outbound.post(url, &[("x-kind".to_owned(), "test".to_owned())], b"hello".to_vec()).await;
        assert_eq!(post("http://redirect-inside.test/").await, Err(Failure::ForbiddenAddress));
        assert_eq!(post("http://redirect-twenty.test/19").await, Err(Failure::Redirect), "302 would lose the body");
        let kept = post("http://redirect5.test/5").await.unwrap().excerpt;
        assert!(kept.contains("POST /6 ") && kept.contains("x-kind: test"), "{kept}");
        assert_eq!(net.connections_inside(), [].into());
    });
}

#[test]
fn a_certificate_must_fit_the_name() {
    inside("redirects::a_certificate_must_fit_the_name", async |_: &mut Net| {
        let outbound = outbound(&[]);
        let get = async |url: &str| outbound.get(url, &[]).await;
        let Answer { status, excerpt } = get("https://public.test/hello").await.unwrap();
        assert!(status == 200 && excerpt.starts_with("https public.test /hello"), "{excerpt}");
        assert_eq!(get("https://self.test/").await, Err(Failure::Tls));
    });
}

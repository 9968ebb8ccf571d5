//! The rules of a site at the desk.

use rejoinder::model::Moderation;

use crate::harness::TestServer;

#[test]
fn rules_are_saved_and_what_is_not_sent_stays() {
    let server = TestServer::start();
    let ada = server.owner();
    let done = ada.act(
        "/admin/sites/blog/rules",
        &[("moderation", "first"), ("edit_minutes", "30"), ("origins", "https://blog.example\r\nhttps://new.example")],
    );
    assert!(done.location().starts_with("/admin/sites/blog/rules?done="), "{}", done.location());
    assert!(ada.get(done.location()).has("Saved."));
    let site = server.site("blog");
    assert_eq!(
        (site.rules.moderation, site.rules.edit_minutes, site.origins.len(), site.name.as_str()),
        (Moderation::First, 30, 2, "blog")
    );
    let page = ada.get("/admin/sites/blog/rules");
    assert!(page.has("value=\"first\" selected") && page.has("https://blog.example\nhttps://new.example</textarea>"));
    assert!(page.has("rejoinder site set blog moderation&#x3D;first"));
    // An empty field gives a rule its default back.
    ada.act("/admin/sites/blog/rules", &[("edit_minutes", "")]);
    assert_eq!(server.site("blog").rules.edit_minutes, 15);
}

#[test]
fn a_wrong_rule_is_told_at_its_field_with_what_was_typed_and_nothing_is_saved() {
    let server = TestServer::start();
    let ada = server.owner();
    let before = server.everything();
    for (name, wrong) in [
        ("edit_minutes", "soon"),
        ("close_days", "-1"),
        ("origins", "blog.example/path"),
        ("name", " "),
        ("moderation", "some"),
        ("privacy_url", "javascript:alert(1)"),
        ("submits_in_10_minutes", "0"),
    ] {
        let answer = ada.act("/admin/sites/blog/rules", &[("votes", "off"), (name, wrong)]);
        assert_eq!(answer.status, 422, "{name}");
        assert!(answer.has(&format!("id=\"fe-{name}\"")) && answer.has("Nothing was saved"), "{name}: {}", answer.body);
        assert_eq!(answer.body.matches("aria-invalid").count(), 1, "{name}");
    }
    assert_eq!(server.everything(), before);
}

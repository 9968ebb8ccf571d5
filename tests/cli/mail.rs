//! `rejoinder mail-test`, where no mail can go out.

use crate::child::{program, run};

#[test]
fn mail_test_without_mail_says_what_to_set_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["mail-test", "ada@example.org"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("fail settings: mail is off") && said.contains("fix: host = "), "{said}");
    assert!(!folder.path().join("rejoinder-data").exists(), "looking makes no files");
}

#[test]
fn mail_test_names_the_relay_that_does_not_answer_and_hides_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("REJOINDER_MAIL_HOST", "127.0.0.1"),
        ("REJOINDER_MAIL_PORT", "1"),
        ("REJOINDER_MAIL_FROM", "talk@blog.example"),
        ("REJOINDER_MAIL_USERNAME", "talk"),
        ("REJOINDER_MAIL_PASSWORD", "geheim"),
        // Nobody answers there, and nobody else is asked.
        ("REJOINDER_OUTBOUND_DNS", "127.0.0.1:1"),
    ];
    let output = program(folder.path(), &["mail-test", "ada@example.org"]).envs(settings).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("fail connection: port 1 does not answer") && !said.contains("geheim"), "{said}");
    let shown = program(folder.path(), &["config"]).envs(settings).output().unwrap();
    let shown = String::from_utf8_lossy(&shown.stdout);
    assert!(shown.contains("mail.password = (hidden)  (environment REJOINDER_MAIL_PASSWORD)") && !shown.contains("geheim"), "{shown}");
}

#[test]
fn mail_test_takes_one_plain_address() {
    let folder = tempfile::tempdir().unwrap();
    for wrong in ["ada", "a@b.example,c@d.example", "-ada@example.org"] {
        let output = run(folder.path(), &["mail-test", "--", wrong]);
        assert_eq!(output.status.code(), Some(1), "{wrong}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("name@example.org"), "{wrong}");
    }
}

//! Who follows what at which address, and how often anybody is asked.

use rejoinder::model::{
    AddressId, AddressState, AuthorId, CommentId, Delivery, DeliveryId, Follow, MailAddress, NoticeKind, NoticeMode, PageId, Recipient,
};
use rejoinder::store::{Ceilings, Conflict, Ended, Error, NewAccount, NewFollow};

use crate::bench::{Bench, add_site, for_each_engine};

const WIDE: Ceilings = Ceilings { per_hour: 1_000_000, per_day: 1_000_000 };
const DAY: i64 = 86_400;

struct Wish<'b> {
    bench: &'b Bench,
    comment: Option<CommentId>,
    author: Option<AuthorId>,
    ceilings: Ceilings,
}

fn wish(bench: &Bench) -> Wish<'_> {
    Wish { bench, comment: None, author: None, ceilings: WIDE }
}

impl Wish<'_> {
    fn send(&self, address: &str) -> Result<(), Error> {
        let (site, page) = (self.bench.site.id, self.bench.page().id);
        let follow = NewFollow { site, page, comment: self.comment, address, author: self.author, lang: "en" };
        self.bench.store.insert_follow(&follow, self.ceilings, self.bench.now())
    }
}

fn known(bench: &Bench, address: &str) -> MailAddress {
    bench.store.find_address_by_text(address).unwrap().unwrap()
}

fn follows(bench: &Bench, address: &str) -> Vec<Follow> {
    bench.store.list_follows(known(bench, address).id).unwrap()
}

fn confirm(bench: &Bench, address: &str) {
    bench.store.confirm_address(known(bench, address).id, bench.now()).unwrap();
}

fn asked(bench: &Bench) -> Vec<Delivery> {
    let all = bench.store.list_deliveries(bench.site.id, None, 20_000).unwrap();
    all.into_iter().filter(|delivery| delivery.kind == NoticeKind::Confirm).collect()
}

fn followers(bench: &Bench, parent: Option<CommentId>) -> Vec<Option<CommentId>> {
    let found = bench.store.list_followers(bench.site.id, bench.page().id, parent).unwrap();
    found.into_iter().map(|follow| follow.comment).collect()
}

/// Ends what waits for this address the way a mail server answered.
fn answer(bench: &Bench, delivery: DeliveryId, ended: Ended) {
    bench.store.finish_delivery(delivery, ended, "as told", bench.now()).unwrap();
}

#[test]
fn a_proven_address_hears_of_answers_to_its_comment_and_of_the_thread_it_follows() {
    for_each_engine(|bench| {
        let (one, two) = (bench.publish("one"), bench.publish("two"));
        Wish { comment: Some(one), ..wish(bench) }.send("ada@example.org").unwrap();
        wish(bench).send("grace@example.org").unwrap();
        assert_eq!(followers(bench, Some(one)), [], "nobody is proven");
        confirm(bench, "ada@example.org");
        confirm(bench, "grace@example.org");
        let mut both = followers(bench, Some(one));
        both.sort();
        assert_eq!((both, followers(bench, Some(two)), followers(bench, None)), (vec![None, Some(one)], vec![None], vec![None]));
        // Both kinds at one address: the reason named is the closer one.
        wish(bench).send("ada@example.org").unwrap();
        let (address, page) = (known(bench, "ada@example.org").id, bench.page().id);
        let reason = |parent| bench.store.find_reason(address, page, parent).unwrap().map(|follow| follow.comment);
        assert_eq!((reason(Some(one)), reason(Some(two)), reason(None)), (Some(Some(one)), Some(None), Some(None)));
        assert_eq!(bench.store.find_reason(address, PageId(1), None).unwrap().map(|follow| follow.id), None);
        // Of another site nobody hears, whatever its page is called.
        let other = add_site(&*bench.store, "other");
        assert!(bench.store.list_followers(other.id, page, Some(one)).unwrap().is_empty());
        bench.assert_sound();
    });
}

#[test]
fn a_follow_is_there_once_and_learns_later_who_asked() {
    for_each_engine(|bench| {
        let one = bench.publish("one");
        let author = bench.find(one).author.id;
        wish(bench).send("ada@example.org").unwrap();
        Wish { author, ..wish(bench) }.send("ada@example.org").unwrap();
        wish(bench).send("ada@example.org").unwrap();
        let all = follows(bench, "ada@example.org");
        assert_eq!((all.len(), all[0].author), (1, author));
        for n in 0..250 {
            let follow = NewFollow {
                site: bench.site.id,
                page: PageId(10_000 + n),
                comment: None,
                address: "ada@example.org",
                author: None,
                lang: "en",
            };
            bench.store.insert_follow(&follow, WIDE, bench.now()).unwrap();
        }
        assert_eq!(follows(bench, "ada@example.org").len(), 200);
        bench.store.delete_follow(all[0].id).unwrap();
        bench.store.delete_follow(all[0].id).unwrap();
        assert!(bench.store.find_follow(all[0].id).unwrap().is_none());
    });
}

#[test]
fn t53_an_address_is_asked_once_in_24_hours_over_all_sites() {
    for_each_engine(|bench| {
        bench.publish("one");
        let other = add_site(&*bench.store, "other");
        for _ in 0..10 {
            wish(bench).send("ada@example.org").unwrap();
            let elsewhere =
                NewFollow { site: other.id, page: bench.page().id, comment: None, address: "ada@example.org", author: None, lang: "en" };
            bench.store.insert_follow(&elsewhere, WIDE, bench.now()).unwrap();
        }
        assert_eq!(asked(bench).len(), 1);
        answer(bench, asked(bench)[0].id, Ended::Done);
        bench.wait_seconds(DAY - 60);
        wish(bench).send("ada@example.org").unwrap();
        assert_eq!(asked(bench).len(), 1);
        bench.wait_seconds(60);
        wish(bench).send("ada@example.org").unwrap();
        assert_eq!(asked(bench).len(), 2);
        confirm(bench, "ada@example.org");
        bench.wait_seconds(2 * DAY);
        wish(bench).send("ada@example.org").unwrap();
        assert_eq!(asked(bench).len(), 2, "a proven address is asked nothing");
    });
}

#[test]
fn t53_ten_thousand_victims_get_no_more_than_the_ceiling_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rejoinder.db");
    let ceilings = Ceilings { per_hour: 60, per_day: 150 };
    let storm = |bench: &Bench, from: usize, count: usize| {
        // One moment for all of them.
        let at = bench.now();
        let taken = (from..from + count).filter(|n| {
            let follow = NewFollow {
                site: bench.site.id,
                page: bench.page().id,
                comment: None,
                address: &format!("victim{n}@example.org"),
                author: None,
                lang: "en",
            };
            match bench.store.insert_follow(&follow, ceilings, at) {
                Ok(()) => true,
                Err(Error::Conflict(Conflict::TooManyMails { retry_after_seconds })) => {
                    assert!((1..=DAY as u64).contains(&retry_after_seconds), "{retry_after_seconds}");
                    false
                }
                Err(error) => panic!("{error}"),
            }
        });
        taken.count()
    };
    {
        let bench = Bench::open(&path);
        bench.publish("one");
        assert_eq!((storm(&bench, 0, 5_000), asked(&bench).len()), (60, 60));
    }
    let bench = Bench::open(&path);
    assert_eq!((storm(&bench, 5_000, 5_000), asked(&bench).len()), (0, 60), "a restart forgets nothing");
    assert!(bench.store.find_address_by_text("victim9999@example.org").unwrap().is_none(), "and nothing is kept of them");
    bench.wait_seconds(3700);
    assert_eq!(storm(&bench, 10_000, 500), 60);
    bench.wait_seconds(3700);
    assert_eq!(storm(&bench, 11_000, 500), 30, "the ceiling of the day");
    bench.wait_seconds(3700);
    assert_eq!(storm(&bench, 12_000, 500), 0);
    bench.wait_seconds(DAY);
    assert_eq!(storm(&bench, 13_000, 500), 60);
}

#[test]
fn who_wants_no_mail_is_asked_nothing_and_follows_nothing() {
    for_each_engine(|bench| {
        bench.publish("one");
        wish(bench).send("ada@example.org").unwrap();
        confirm(bench, "ada@example.org");
        let id = known(bench, "ada@example.org").id;
        bench.store.stop_address(id).unwrap();
        bench.store.stop_address(id).unwrap();
        bench.wait_seconds(30 * DAY);
        bench.store.forget_old(bench.now()).unwrap();
        wish(bench).send("ada@example.org").unwrap();
        assert_eq!((known(bench, "ada@example.org").state, follows(bench, "ada@example.org").len()), (AddressState::Stopped, 0));
        assert_eq!((asked(bench).len(), followers(bench, None).len()), (1, 0));
        bench.assert_sound();
    });
}

#[test]
fn t56_three_refusals_in_a_row_stop_mail_until_the_address_is_proven_again() {
    for_each_engine(|bench| {
        bench.publish("one");
        wish(bench).send("ada@example.org").unwrap();
        confirm(bench, "ada@example.org");
        let confirmation = asked(bench)[0].id;
        let state = || known(bench, "ada@example.org").state;
        for _ in 0..2 {
            answer(bench, confirmation, Ended::Refused);
        }
        answer(bench, confirmation, Ended::Done);
        for _ in 0..2 {
            answer(bench, confirmation, Ended::Refused);
            answer(bench, confirmation, Ended::Failed);
        }
        assert_eq!((state(), followers(bench, None).len()), (AddressState::Confirmed, 1), "not in a row, and a failure is no refusal");
        answer(bench, confirmation, Ended::Refused);
        assert_eq!((state(), followers(bench, None).len()), (AddressState::Bounced, 0));
        bench.wait_seconds(2 * DAY);
        wish(bench).send("ada@example.org").unwrap();
        assert_eq!(asked(bench).len(), 2, "it may be asked again");
        confirm(bench, "ada@example.org");
        answer(bench, confirmation, Ended::Refused);
        assert_eq!(state(), AddressState::Confirmed, "and refusals are counted anew");
        // Who stopped stays stopped whatever comes back.
        bench.store.stop_address(known(bench, "ada@example.org").id).unwrap();
        for _ in 0..3 {
            answer(bench, confirmation, Ended::Refused);
        }
        assert_eq!(state(), AddressState::Stopped);
    });
}

#[test]
fn an_address_that_is_not_proven_in_a_week_is_forgotten_with_its_follows() {
    for_each_engine(|bench| {
        bench.publish("one");
        wish(bench).send("ada@example.org").unwrap();
        wish(bench).send("grace@example.org").unwrap();
        confirm(bench, "grace@example.org");
        bench.store.vouch_for_address("staff@example.org", "en", bench.now()).unwrap();
        bench.wait_seconds(6 * DAY);
        bench.store.forget_old(bench.now()).unwrap();
        let follow = follows(bench, "ada@example.org")[0].id;
        // Asked once more, it has another week.
        wish(bench).send("ada@example.org").unwrap();
        bench.wait_seconds(6 * DAY);
        bench.store.forget_old(bench.now()).unwrap();
        assert!(bench.store.find_address_by_text("ada@example.org").unwrap().is_some());
        bench.wait_seconds(DAY);
        bench.store.forget_old(bench.now()).unwrap();
        assert!(
            bench.store.find_address_by_text("ada@example.org").unwrap().is_none() && bench.store.find_follow(follow).unwrap().is_none()
        );
        assert_eq!((known(bench, "staff@example.org").state, follows(bench, "grace@example.org").len()), (AddressState::Confirmed, 1));
        assert!(matches!(bench.store.confirm_address(AddressId(1), bench.now()), Err(Error::NotFound)));
        bench.assert_sound();
    });
}

#[test]
fn staff_hear_as_they_chose_and_are_reminded_after_a_pause() {
    for_each_engine(|bench| {
        let account = NewAccount { name: "Maren", email: Some("maren@example.org"), role: rejoinder::model::Role::Owner, site: None };
        let account = bench.store.upsert_account(&account, bench.now()).unwrap().id;
        let site = bench.site.id;
        assert!(bench.store.list_staff_notices(site).unwrap().is_empty());
        let now = bench.now();
        assert!(bench.store.note_reminded(site, account, now, 7 * DAY).unwrap());
        assert!(!bench.store.note_reminded(site, account, now.plus_seconds(7 * DAY - 1), 7 * DAY).unwrap());
        assert!(bench.store.note_reminded(site, account, now.plus_seconds(7 * DAY), 7 * DAY).unwrap());
        assert_eq!(bench.store.list_staff_notices(site).unwrap()[0].mode, NoticeMode::Every);
        for mode in NoticeMode::ALL {
            bench.store.update_staff_notice(site, account, mode).unwrap();
            let notice = bench.store.list_staff_notices(site).unwrap().remove(0);
            assert_eq!((notice.mode, notice.reminded_at), (mode, Some(now.plus_seconds(7 * DAY))));
        }
        // The same limits hold for what staff typed.
        let ceilings = Ceilings { per_hour: 1, per_day: 1 };
        bench.store.ask_staff_address(account, site, "maren@example.org", ceilings, bench.now()).unwrap();
        let refused = bench.store.ask_staff_address(account, site, "other@example.org", ceilings, bench.now());
        assert!(matches!(refused, Err(Error::Conflict(Conflict::TooManyMails { .. }))));
        let asked = bench.store.list_deliveries(site, None, 10).unwrap();
        assert!(asked.len() == 1 && asked[0].kind == NoticeKind::StaffConfirm && asked[0].recipient == Recipient::Staff(account));
    });
}

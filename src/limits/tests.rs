//! The limits, with a clock whose hand these tests turn.

use std::sync::{Arc, atomic::AtomicI64, atomic::Ordering};

use super::*;

struct Hand(Arc<AtomicI64>);

impl Hand {
    fn turn(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

fn limits(settings: LimitSettings) -> (Limits, Hand) {
    let hand = Arc::new(AtomicI64::new(1_000_000_000));
    (Limits::new(&settings, Clock::Hand(hand.clone())), Hand(hand))
}

fn ip(text: &str) -> Option<IpAddr> {
    Some(text.parse().unwrap())
}

const SITE: SiteId = SiteId(1);
const USUAL: SubmitLimits = SubmitLimits { in_10_seconds: 1, in_10_minutes: 5 };

#[test]
fn one_comment_in_ten_seconds_and_five_in_ten_minutes() {
    let (limits, hand) = limits(LimitSettings::default());
    let submit = || limits.check_submit(ip("1.2.3.4"), None, SITE, USUAL);
    for left in [4, 3, 2, 1] {
        submit().unwrap();
        let refused = submit().unwrap_err();
        assert_eq!((refused.quota, refused.window.as_secs(), refused.retry_after.as_secs()), (1, 10, 10), "{left}");
        hand.turn(10);
    }
    submit().unwrap();
    hand.turn(10);
    let refused = submit().unwrap_err();
    assert_eq!((refused.policy, refused.quota, refused.window.as_secs()), ("submit", 5, 600));
    hand.turn(refused.retry_after.as_secs() as i64 + 1);
    submit().unwrap();
}

#[test]
fn sites_have_their_own_quotas_and_their_own_counts() {
    let (limits, _hand) = limits(LimitSettings::default());
    let generous = SubmitLimits { in_10_seconds: 3, in_10_minutes: 50 };
    for _ in 0..3 {
        limits.check_submit(ip("1.2.3.4"), None, SiteId(2), generous).unwrap();
    }
    assert!(limits.check_submit(ip("1.2.3.4"), None, SiteId(2), generous).is_err());
    limits.check_submit(ip("1.2.3.4"), None, SITE, USUAL).unwrap();
    limits.check_submit(ip("1.2.3.4"), None, SiteId(3), generous).unwrap();
}

#[test]
fn a_person_is_counted_wherever_they_are() {
    let (limits, _hand) = limits(LimitSettings::default());
    let person = Some(AuthorId(7));
    limits.check_submit(ip("1.2.3.4"), person, SITE, USUAL).unwrap();
    assert!(limits.check_submit(ip("5.6.7.8"), person, SITE, USUAL).is_err());
    limits.check_submit(ip("9.9.9.9"), Some(AuthorId(8)), SITE, USUAL).unwrap();
}

#[test]
fn t30_ten_thousand_addresses_of_one_64_are_one_client() {
    let (limits, _hand) = limits(LimitSettings { previews_per_minute: 20, ..LimitSettings::default() });
    let taken = |prefix: &str| (1..=10_000).filter(|n| limits.check_preview(ip(&format!("{prefix}::{n:x}"))).is_ok()).count();
    assert_eq!(taken("2001:db8:1:2"), 20);
    assert_eq!((0..100).filter(|_| limits.check_preview(ip("1.2.3.4")).is_ok()).count(), 20);
}

#[test]
fn t30_many_64s_of_one_48_meet_a_looser_limit() {
    let (limits, _hand) = limits(LimitSettings { previews_per_minute: 20, ..LimitSettings::default() });
    let taken = (1..=10_000).filter(|n| limits.check_preview(ip(&format!("2001:db8:1:{n:x}::1"))).is_ok()).count();
    assert_eq!(taken, 20 * 16);
    assert!(limits.check_preview(ip("2001:db8:2:1::1")).is_ok(), "another /48 is another household");
}

#[test]
fn a_client_without_an_address_is_not_counted_together_with_others() {
    let (limits, _hand) = limits(LimitSettings::default());
    for _ in 0..100 {
        limits.check_submit(None, None, SITE, USUAL).unwrap();
    }
}

#[test]
fn t39_a_crowd_that_guesses_reaches_the_hash_forty_times_and_delays_the_owner_for_seconds() {
    let (limits, hand) = limits(LimitSettings::default());
    let names = ["Ada", "ADA", " ada", "ａｄａ"];
    let tries = (0..100_000_usize).filter(|n| {
        let from = ip(&format!("10.{}.{}.1", n % 10, n / 10 % 100));
        limits.check_sign_in(names[n % names.len()], from).is_ok()
    });
    assert_eq!(tries.count(), 40);
    let refused = limits.check_sign_in("Ada", ip("1.2.3.4")).unwrap_err();
    assert!(refused.retry_after.as_secs() < 30, "{refused:?}");
    hand.turn(30);
    limits.check_sign_in("Ada", ip("1.2.3.4")).unwrap();
}

#[test]
fn t39_where_the_owner_has_signed_in_before_a_crowd_does_not_delay() {
    let (limits, hand) = limits(LimitSettings::default());
    limits.note_signed_in("Ada", ip("1.2.3.4"));
    for n in 0..50 {
        let _ = limits.check_sign_in("Ada", ip(&format!("10.0.0.{n}")));
    }
    assert!(limits.check_sign_in("Ada", ip("5.6.7.8")).is_err());
    for _ in 0..10 {
        limits.check_sign_in("Ada", ip("1.2.3.4")).unwrap();
    }
    let refused = limits.check_sign_in("Ada", ip("1.2.3.4")).unwrap_err();
    assert!(refused.retry_after.as_secs() <= 900);
    hand.turn(900);
    limits.check_sign_in("Ada", ip("1.2.3.4")).unwrap();
}

#[test]
fn staff_have_a_limit_of_their_own() {
    let (limits, _hand) = limits(LimitSettings::default());
    for _ in 0..60 {
        limits.check_staff(Staff::Token(TokenId(1))).unwrap();
    }
    assert_eq!(limits.check_staff(Staff::Token(TokenId(1))).unwrap_err().policy, "staff");
    limits.check_staff(Staff::Account(AccountId(1))).unwrap();
}

#[test]
fn limits_that_are_switched_off_refuse_nobody() {
    let (limits, _hand) = limits(LimitSettings { enabled: false, ..LimitSettings::default() });
    for _ in 0..1000 {
        limits.check_submit(ip("1.2.3.4"), None, SITE, USUAL).unwrap();
        limits.check_sign_in("Ada", ip("1.2.3.4")).unwrap();
    }
}

#[test]
fn a_clock_that_is_set_back_shuts_nobody_out() {
    // The real clock: what counts is time that only goes forward.
    let limits = Limits::new(&LimitSettings::default(), Clock::System);
    limits.check_submit(ip("1.2.3.4"), None, SITE, USUAL).unwrap();
    assert!(limits.check_submit(ip("1.2.3.4"), None, SITE, USUAL).unwrap_err().retry_after.as_secs() <= 10);
}

#[test]
fn t75_the_memory_of_a_window_is_bounded() {
    let hand = Arc::new(AtomicI64::new(1_000_000_000));
    let window = Window::with_keys_max("read", 5, Duration::from_secs(60), Ticks::new(Clock::Hand(hand.clone())), 10_000);
    let mut most = 0;
    for n in 0..200_000_u32 {
        window.check(&Key::network(0, std::net::Ipv4Addr::from(n).into())).unwrap();
        if n % 1000 == 0 {
            most = most.max(window.len());
        }
    }
    most = most.max(window.len());
    assert!((5_000..=10_100).contains(&most), "{most}");
    // A minute later everybody has everything back, and nobody is remembered but the one who asks.
    hand.fetch_add(121_000, Ordering::SeqCst);
    window.check(&Key::network(0, "1.2.3.4".parse().unwrap())).unwrap();
    assert_eq!(window.len(), 1);
}

#[test]
fn the_quotas_of_many_sites_do_not_pile_up() {
    let (limits, _hand) = limits(LimitSettings::default());
    for quota in 1..=1000 {
        limits.check_submit(ip("1.2.3.4"), None, SITE, SubmitLimits { in_10_seconds: quota, in_10_minutes: quota }).unwrap();
    }
    assert!(limits.submits.read().unwrap().len() <= QUOTAS_MAX);
}

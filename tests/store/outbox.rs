//! What has to be told: gathered, paced, told once, claimed by one and tried again.

use rejoinder::model::{
    AddressId, CommentId, Delivery, DeliveryId, DeliveryState, NoticeKind, PageId, Recipient, SiteId, Timestamp, WebhookId,
};
use rejoinder::store::{Ended, Error, NewCall, NewNotice, Pace, Settled};

use crate::bench::{Bench, add_site, for_each_engine};

const READER: Recipient = Recipient::Reader(AddressId(7));
const PACE: Pace = Pace { most: 2, window_seconds: 900 };

fn notice(bench: &Bench, comment: CommentId) -> NewNotice {
    NewNotice {
        site: bench.site.id,
        kind: NoticeKind::Answer,
        recipient: READER,
        page: Some(PageId(5)),
        comment: Some(comment),
        earliest: Timestamp(0),
        pace: PACE,
    }
}

fn all(bench: &Bench) -> Vec<Delivery> {
    let mut all = bench.store.list_deliveries(bench.site.id, None, 1000).unwrap();
    all.reverse();
    all
}

fn tell(bench: &Bench, notice: &NewNotice) -> Timestamp {
    let now = bench.now();
    bench.store.insert_notice(&NewNotice { earliest: now, ..notice.clone() }, now).unwrap();
    now
}

fn claim(bench: &Bench, now: Timestamp) -> Vec<DeliveryId> {
    let claimed = bench.store.claim_deliveries(now, now.plus_seconds(300), 100).unwrap();
    claimed.into_iter().map(|delivery| delivery.id).collect()
}

/// Sends whatever is due, without a hitch.
fn send(bench: &Bench) -> Vec<DeliveryId> {
    let now = bench.now();
    let claimed = claim(bench, now);
    claimed.iter().for_each(|id| bench.store.finish_delivery(*id, Ended::Done, "250 taken", now).unwrap());
    claimed
}

fn told(bench: &Bench, id: DeliveryId) -> Vec<CommentId> {
    bench.store.list_told(id).unwrap()
}

#[test]
fn notices_are_gathered_until_the_first_try_and_each_comment_is_told_once() {
    for_each_engine(|bench| {
        let ids: Vec<CommentId> = (0..5).map(|n| bench.publish(&n.to_string())).collect();
        for id in &ids[..3] {
            tell(bench, &notice(bench, *id));
            tell(bench, &notice(bench, *id));
        }
        let gathered = all(bench).remove(0);
        assert_eq!((all(bench).len(), told(bench, gathered.id)), (1, ids[..3].to_vec()));
        let now = bench.now();
        assert_eq!(claim(bench, now), [gathered.id]);
        // What was begun once stays as it is: the same mail at each try.
        tell(bench, &notice(bench, ids[3]));
        tell(bench, &notice(bench, ids[0]));
        assert_eq!((all(bench).len(), told(bench, gathered.id)), (2, ids[..3].to_vec()));
        bench.store.finish_delivery(gathered.id, Ended::Again(bench.now()), "451 later", now).unwrap();
        tell(bench, &notice(bench, ids[4]));
        assert_eq!(told(bench, all(bench)[1].id), ids[3..].to_vec());
        // Another kind, recipient or site tells the same comment again.
        let other = add_site(&*bench.store, "other");
        tell(
            bench,
            &NewNotice { kind: NoticeKind::New, recipient: Recipient::Staff(rejoinder::model::AccountId(7)), ..notice(bench, ids[0]) },
        );
        tell(bench, &NewNotice { recipient: Recipient::Reader(AddressId(8)), ..notice(bench, ids[0]) });
        tell(bench, &NewNotice { page: Some(PageId(99)), comment: Some(CommentId(1)), ..notice(bench, ids[0]) });
        tell(bench, &NewNotice { site: other.id, comment: Some(CommentId(2)), ..notice(bench, ids[0]) });
        assert_eq!((all(bench).len(), bench.store.list_deliveries(other.id, None, 10).unwrap().len()), (5, 1));
    });
}

#[test]
fn t56_a_thousand_answers_in_a_minute_are_few_mails() {
    for_each_engine(|bench| {
        let first = tell(bench, &notice(bench, CommentId(1)));
        assert_eq!(send(bench).len(), 1);
        tell(bench, &notice(bench, CommentId(2)));
        assert_eq!(send(bench).len(), 1, "two are free");
        for n in 3..1000 {
            let now = first.plus_seconds(30);
            bench.store.insert_notice(&NewNotice { earliest: now, ..notice(bench, CommentId(n)) }, now).unwrap();
        }
        assert_eq!((send(bench).len(), all(bench).len()), (0, 3), "the others wait together");
        let waiting = all(bench).pop().unwrap();
        assert_eq!(told(bench, waiting.id).len(), 997);
        // As soon as the oldest has left the window, and not a moment before.
        let sent_at = all(bench)[0].done_at.unwrap();
        assert!(sent_at > first && waiting.run_at == sent_at.plus_seconds(900), "{waiting:?}");
        assert!(claim(bench, Timestamp(waiting.run_at.0 - 1)).is_empty());
        assert_eq!(claim(bench, waiting.run_at), [waiting.id]);
        // A mail that had nothing to say uses up nothing.
        bench.store.finish_delivery(waiting.id, Ended::Dropped, "", waiting.run_at).unwrap();
        let at = waiting.run_at.plus_seconds(1);
        bench.store.insert_notice(&NewNotice { earliest: at, ..notice(bench, CommentId(2000)) }, at).unwrap();
        assert_eq!(all(bench).pop().unwrap().run_at, at);
    });
}

#[test]
fn a_delivery_is_claimed_by_one_at_a_time_and_released_by_a_process_that_begins() {
    for_each_engine(|bench| {
        tell(bench, &notice(bench, CommentId(1)));
        let now = bench.now();
        let [id] = claim(bench, now)[..] else { panic!("one is due") };
        assert!(claim(bench, now).is_empty() && claim(bench, now.plus_seconds(299)).is_empty());
        let again = bench.store.claim_deliveries(now.plus_seconds(300), now.plus_seconds(600), 10).unwrap();
        assert_eq!((again.len(), again[0].id, again[0].tries), (1, id, 2), "whoever had it is taken for dead");
        bench.store.release_claims(now).unwrap();
        assert_eq!(claim(bench, now), [id]);
        bench.store.finish_delivery(id, Ended::Again(now.plus_seconds(60)), "451 later", now).unwrap();
        // Waiting for its time is no claim.
        bench.store.release_claims(now).unwrap();
        assert!(claim(bench, now.plus_seconds(59)).is_empty());
        assert_eq!(bench.store.find_next_due().unwrap(), Some(now.plus_seconds(60)));
        assert_eq!(claim(bench, now.plus_seconds(60)), [id]);
        bench.store.finish_delivery(id, Ended::Failed, "550 no", now).unwrap();
        bench.store.release_claims(now).unwrap();
        assert!(claim(bench, now.plus_seconds(100_000)).is_empty());
        let log = bench.store.find_delivery(bench.site.id, id).unwrap().unwrap();
        assert_eq!((log.state, log.tries, log.said.as_deref(), log.done_at), (DeliveryState::Failed, 4, Some("550 no"), Some(now)));
        assert!(matches!(bench.store.finish_delivery(DeliveryId(1), Ended::Done, "", now), Err(Error::NotFound)));
    });
}

#[test]
fn a_delivery_that_ended_can_be_made_due_once_more_by_its_own_site() {
    for_each_engine(|bench| {
        tell(bench, &notice(bench, CommentId(1)));
        let id = all(bench)[0].id;
        let retry = |site: SiteId| bench.store.retry_delivery(site, id, bench.now());
        assert!(matches!(retry(bench.site.id), Err(Error::NotFound)), "it waits anyway");
        send(bench);
        let other = add_site(&*bench.store, "other");
        assert!(matches!(retry(other.id), Err(Error::NotFound)));
        retry(bench.site.id).unwrap();
        tell(bench, &notice(bench, CommentId(2)));
        assert_eq!(told(bench, id), [CommentId(1)], "nothing new joins it");
        assert_eq!(claim(bench, bench.now().plus_seconds(3600)).len(), 2);
    });
}

#[test]
fn happenings_become_deliveries_once_and_all_together() {
    for_each_engine(|bench| {
        let (one, two) = (bench.publish("one"), bench.publish("two"));
        let due = bench.now().plus_seconds(60);
        let happenings = bench.store.list_happenings(due, 10).unwrap();
        assert_eq!(happenings.iter().map(|happening| happening.comment).collect::<Vec<_>>(), [one, two]);
        assert!(bench.store.list_happenings(happenings[0].at.plus_seconds(8), 10).unwrap().is_empty(), "nothing is told in nine seconds");
        let call = NewCall { site: bench.site.id, webhook: WebhookId(3), body: "{}".into(), earliest: due };
        let settled: Vec<Settled> = happenings
            .iter()
            .map(|happening| Settled {
                happening: happening.id,
                notices: vec![NewNotice { earliest: due, ..notice(bench, happening.comment) }],
                calls: vec![call.clone()],
            })
            .collect();
        for _ in 0..2 {
            bench.store.settle_happenings(&settled, due).unwrap();
        }
        let kinds: Vec<NoticeKind> = all(bench).iter().map(|delivery| delivery.kind).collect();
        assert_eq!(kinds, [NoticeKind::Answer, NoticeKind::Call, NoticeKind::Call]);
        assert_eq!(told(bench, all(bench)[0].id), [one, two]);
        assert!(bench.store.list_happenings(due, 10).unwrap().is_empty());
        bench.assert_sound();
    });
}

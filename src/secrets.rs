//! Keys of this installation and everything derived from them. The only home of keyed hashes and random secrets.
//! A derived value is bound to its purpose, so that none can stand in for another.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::model::{CommentId, SiteId, Timestamp};

type Keyed = Hmac<Sha256>;

/// What a signed link in a mail is good for; none can stand in for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkFor {
    /// Proving an address.
    Confirm,
    /// Ending one follow.
    StopFollow,
    /// Everything an address follows.
    AllFollows,
    /// One comment, for whoever decides on it.
    AnswerComment,
    /// Proving the address of an account.
    StaffConfirm,
}

impl LinkFor {
    /// What its signature is bound to: a link that ends and one that never does are two purposes, so that no number can
    /// pass for a moment.
    fn purpose(self, ends: bool) -> &'static str {
        match (self, ends) {
            (Self::Confirm, false) => "link confirm",
            (Self::Confirm, true) => "link confirm until",
            (Self::StopFollow, false) => "link stop",
            (Self::StopFollow, true) => "link stop until",
            (Self::AllFollows, false) => "link all",
            (Self::AllFollows, true) => "link all until",
            (Self::AnswerComment, false) => "link answer",
            (Self::AnswerComment, true) => "link answer until",
            (Self::StaffConfirm, false) => "link staff",
            (Self::StaffConfirm, true) => "link staff until",
        }
    }
}

/// The installation's key. Not shown by `Debug`.
#[derive(Clone)]
pub struct Secrets {
    key: [u8; 32],
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(hidden)")
    }
}

impl Secrets {
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Keyed {
        let mut mac = Keyed::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(purpose.as_bytes());
        for part in parts {
            // Lengths stand between the parts, so that moving a border changes the hash.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }

    /// 128 bits that only this installation can derive from these parts.
    pub fn keyed_hash(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 16] {
        let full: [u8; 32] = self.mac(purpose, parts).finalize().into_bytes().into();
        full[..16].try_into().expect("16 of 32 bytes")
    }

    /// The receipt of a comment: whoever holds it may change that comment, until the epoch is raised.
    pub fn receipt(&self, site: SiteId, id: CommentId, epoch: u32) -> String {
        let hash = self.keyed_hash("receipt", &[&site.0.to_be_bytes(), &id.0.to_be_bytes(), &epoch.to_be_bytes()]);
        format!("{id}.{}", URL_SAFE_NO_PAD.encode(hash))
    }

    /// The comment a receipt claims to be for; the claim is proven by `is_receipt`.
    pub fn receipt_claims(receipt: &str) -> Option<CommentId> {
        let (id, hash) = receipt.split_once('.')?;
        (hash.len() == 22).then(|| id.parse().ok()).flatten()
    }

    /// True when this is the receipt of that comment. Compared in constant time.
    pub fn is_receipt(&self, receipt: &str, site: SiteId, id: CommentId, epoch: u32) -> bool {
        let Some(hash) =
            receipt.split_once('.').filter(|(claim, _)| claim.parse() == Ok(id)).and_then(|(_, hash)| URL_SAFE_NO_PAD.decode(hash).ok())
        else {
            return false;
        };
        hash.len() == 16
            && self.mac("receipt", &[&site.0.to_be_bytes(), &id.0.to_be_bytes(), &epoch.to_be_bytes()]).verify_truncated_left(&hash).is_ok()
    }

    /// A stamp for a form given out at `at`: the moment and its proof.
    pub fn form_stamp(&self, site: SiteId, at: Timestamp) -> String {
        let seconds = at.seconds();
        format!("{seconds}.{}", URL_SAFE_NO_PAD.encode(self.keyed_hash("form", &[&site.0.to_be_bytes(), &seconds.to_be_bytes()])))
    }

    /// When a stamp of ours was given out; `None` for anything else.
    pub fn form_stamp_time(&self, site: SiteId, stamp: &str) -> Option<Timestamp> {
        let (seconds, hash) = stamp.split_once('.')?;
        let seconds: i64 = seconds.parse().ok()?;
        let hash = URL_SAFE_NO_PAD.decode(hash).ok().filter(|hash| hash.len() == 16)?;
        let proven = self.mac("form", &[&site.0.to_be_bytes(), &seconds.to_be_bytes()]).verify_truncated_left(&hash).is_ok();
        proven.then_some(Timestamp(seconds.checked_mul(1000)?))
    }

    /// A link that says what it is about and proves that it came from us: the ids, the second until which it is good if it
    /// ends, and 128 bits over all of it.
    pub fn sign_link(&self, purpose: LinkFor, ids: &[i64], until: Option<Timestamp>) -> String {
        let claims: Vec<String> = ids.iter().copied().chain(until.map(Timestamp::seconds)).map(|number| number.to_string()).collect();
        let claims = claims.join(".");
        let hash = self.keyed_hash(purpose.purpose(until.is_some()), &[claims.as_bytes()]);
        format!("{claims}.{}", URL_SAFE_NO_PAD.encode(hash))
    }

    /// The ids of a link of ours for this purpose that is still good; `None` for anything else. Compared in constant time.
    pub fn read_link(&self, purpose: LinkFor, text: &str, now: Timestamp) -> Option<Vec<i64>> {
        const NUMBERS_MAX: usize = 8;
        let (claims, hash) = text.rsplit_once('.')?;
        let hash = URL_SAFE_NO_PAD.decode(hash).ok().filter(|hash| hash.len() == 16)?;
        let mut numbers: Vec<i64> = claims.split('.').take(NUMBERS_MAX + 1).map(|number| number.parse().ok()).collect::<Option<_>>()?;
        let is_ours = |ends| self.mac(purpose.purpose(ends), &[claims.as_bytes()]).verify_truncated_left(&hash).is_ok();
        if is_ours(false) {
            return Some(numbers);
        }
        let until = numbers.pop().filter(|_| is_ours(true))?;
        (now.seconds() <= until).then_some(numbers)
    }

    /// The name of the field that people leave empty; it changes every day, so that no list of names helps.
    pub fn honeypot_name(&self, site: SiteId, day: i64) -> String {
        let hash = self.keyed_hash("honeypot", &[&site.0.to_be_bytes(), &day.to_be_bytes()]);
        hash[..5].iter().map(|byte| char::from(b'a' + byte % 26)).collect()
    }
}

/// 256 random bits from the operating system, as text of 43 characters.
pub fn new_secret() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<32>())
}

/// A code that people can type: 20 letters and digits without look-alikes, about 100 bits, in groups of five.
pub fn new_code() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789x";
    let letters: Vec<char> = random_bytes::<25>().iter().map(|byte| LETTERS[usize::from(byte % 32)].into()).collect();
    letters.chunks(5).map(String::from_iter).collect::<Vec<_>>().join("-")
}

pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// The HMAC-SHA256 of a message under a key that is shared with its reader, such as the receiver of a webhook.
pub fn sign(key: &[u8], message: &[&[u8]]) -> [u8; 32] {
    let mut mac = Keyed::new_from_slice(key).expect("HMAC takes keys of any length");
    message.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// What the store keeps of a secret with many random bits.
pub fn hash_secret(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRETS: Secrets = Secrets { key: [7; 32] };

    #[test]
    fn t47_a_receipt_fits_its_comment_site_and_epoch_only() {
        let receipt = SECRETS.receipt(SiteId(1), CommentId(81), 0);
        assert_eq!(Secrets::receipt_claims(&receipt), Some(CommentId(81)));
        assert!(SECRETS.is_receipt(&receipt, SiteId(1), CommentId(81), 0));
        assert!(!SECRETS.is_receipt(&receipt, SiteId(2), CommentId(81), 0));
        assert!(!SECRETS.is_receipt(&receipt, SiteId(1), CommentId(82), 0));
        assert!(!SECRETS.is_receipt(&receipt, SiteId(1), CommentId(81), 1));
        assert!(!SECRETS.is_receipt(&receipt.replace("81.", "82."), SiteId(1), CommentId(82), 0));
        assert!(!SECRETS.is_receipt("81.", SiteId(1), CommentId(81), 0));
    }

    #[test]
    fn t42_a_stamp_is_no_receipt_and_tells_its_time_to_its_site_only() {
        let stamp = SECRETS.form_stamp(SiteId(1), Timestamp(81_000));
        assert_eq!(SECRETS.form_stamp_time(SiteId(1), &stamp), Some(Timestamp(81_000)));
        assert_eq!(SECRETS.form_stamp_time(SiteId(2), &stamp), None);
        assert_eq!(SECRETS.form_stamp_time(SiteId(1), &stamp.replace("81.", "82.")), None);
        assert!(!SECRETS.is_receipt(&stamp, SiteId(1), CommentId(81), 0));
        assert_eq!(SECRETS.form_stamp_time(SiteId(1), &SECRETS.receipt(SiteId(1), CommentId(81), 0)), None);
    }

    const PURPOSES: [LinkFor; 5] =
        [LinkFor::Confirm, LinkFor::StopFollow, LinkFor::AllFollows, LinkFor::AnswerComment, LinkFor::StaffConfirm];

    #[test]
    fn t42_a_link_is_good_for_its_own_purpose_only() {
        for made in PURPOSES {
            for until in [None, Some(Timestamp(2_000_000))] {
                let link = SECRETS.sign_link(made, &[81, 4], until);
                for asked in PURPOSES {
                    let expected = (made == asked).then(|| vec![81, 4]);
                    assert_eq!(SECRETS.read_link(asked, &link, Timestamp(1_000_000)), expected, "{made:?} as {asked:?}");
                }
                assert!(!SECRETS.is_receipt(&link, SiteId(1), CommentId(81), 0));
                assert_eq!(SECRETS.form_stamp_time(SiteId(1), &link), None);
            }
        }
        let receipt = SECRETS.receipt(SiteId(1), CommentId(81), 0);
        let stamp = SECRETS.form_stamp(SiteId(1), Timestamp(81_000));
        assert!(PURPOSES.iter().all(|each| SECRETS.read_link(*each, &receipt, Timestamp(0)).is_none()));
        assert!(PURPOSES.iter().all(|each| SECRETS.read_link(*each, &stamp, Timestamp(0)).is_none()));
    }

    #[test]
    fn t42_a_link_ends_with_its_second_and_one_without_end_stays_good() {
        let ends = SECRETS.sign_link(LinkFor::Confirm, &[81], Some(Timestamp(500_000)));
        assert_eq!(SECRETS.read_link(LinkFor::Confirm, &ends, Timestamp(500_999)), Some(vec![81]));
        assert_eq!(SECRETS.read_link(LinkFor::Confirm, &ends, Timestamp(501_000)), None);
        let stays = SECRETS.sign_link(LinkFor::StopFollow, &[81], None);
        assert_eq!(SECRETS.read_link(LinkFor::StopFollow, &stays, Timestamp(i64::MAX)), Some(vec![81]));
    }

    #[test]
    fn t42_a_changed_link_is_none() {
        let now = Timestamp(1_000_000);
        let link = SECRETS.sign_link(LinkFor::AnswerComment, &[81, 4], Some(Timestamp(2_000_000)));
        assert!(SECRETS.read_link(LinkFor::AnswerComment, &link, now).is_some());
        let plain = SECRETS.sign_link(LinkFor::AnswerComment, &[81, 4], None);
        let hash = link.rsplit_once('.').unwrap().1;
        let changed = [
            link.replace("81.", "82."),
            link.replace(".4.", ".5."),
            link.replace("81.4.", "814."),
            link.replace(".2000.", ".9000."),
            link.replace(".2000.", "."),
            link.replace("81.", "+81."),
            link.replace("81.", "081."),
            link.replace("81.4.", "4.81."),
            plain.replace(".4.", ".4.9000."),
            format!("81.4.2000.{}", &hash[..21]),
            format!("81.4.2000.{hash}A"),
            "81.4.2000.".to_owned(),
            hash.to_owned(),
            format!(".{hash}"),
            String::new(),
            ".".to_owned(),
            format!("{}{hash}", "1.".repeat(100)),
        ];
        for text in changed {
            assert_eq!(SECRETS.read_link(LinkFor::AnswerComment, &text, now), None, "{text}");
        }
        // The number that ends a link is no id, and an id is no end.
        let three = SECRETS.sign_link(LinkFor::AnswerComment, &[81, 4, 2_000], None);
        assert_eq!(SECRETS.read_link(LinkFor::AnswerComment, &three, now), Some(vec![81, 4, 2_000]));
        let other = Secrets::new([8; 32]);
        assert_eq!(other.read_link(LinkFor::AnswerComment, &link, now), None);
    }

    #[test]
    fn a_signature_is_the_published_one_of_rfc_4231() {
        let hex: String = sign(b"Jefe", &[b"what do ya want ", b"for nothing?"]).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn new_secrets_differ_and_are_long_enough() {
        assert_ne!(new_secret(), new_secret());
        assert_eq!((new_secret().len(), new_code().len()), (43, 29));
        assert!(!new_code().contains(['0', 'o', '1', 'i', 'l']));
    }
}

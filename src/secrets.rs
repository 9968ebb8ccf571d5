//! Keys of this installation and everything derived from them. The only home of keyed hashes and random secrets.
//! A derived value is bound to its purpose, so that none can stand in for another.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::model::{CommentId, SiteId, Timestamp};

type Keyed = Hmac<Sha256>;

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

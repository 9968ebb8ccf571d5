//! The decision about a submitted comment: a pure function of the comment, the facts and the rules.

use super::{Moderation, NewComment, Rules, Status};

/// What the decision needs to know beside the comment itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// This person has an approved comment on this site.
    pub approved_before: bool,
    /// This is somebody with the right to decide.
    pub staff: bool,
    /// A field that people do not see was filled in.
    pub honeypot_filled: bool,
    /// The form's stamp is missing, foreign, too old, or the form was sent faster than people type.
    pub form_stamp_wrong: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Publish,
    /// Wait for a moderator, for at least one reason.
    Hold(Vec<HoldReason>),
}

impl Decision {
    pub fn status(&self) -> Status {
        match self {
            Self::Publish => Status::Published,
            Self::Hold(_) => Status::Pending,
        }
    }

    /// Holds as well for those earlier reasons that a new text does not answer: signs of a machine, and a
    /// moderator's own decision.
    pub fn and_still(self, earlier: &[HoldReason]) -> Self {
        let lasting = |reason: &&HoldReason| matches!(reason, HoldReason::HiddenField | HoldReason::TooQuick | HoldReason::Moderator);
        let mut reasons = self.reasons().to_vec();
        reasons.extend(earlier.iter().filter(lasting));
        if reasons.is_empty() { Self::Publish } else { Self::Hold(reasons) }
    }

    pub fn reasons(&self) -> &[HoldReason] {
        match self {
            Self::Publish => &[],
            Self::Hold(reasons) => reasons,
        }
    }
}

/// Why a comment waits. The author is told, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HoldReason {
    /// The site reads everything first.
    Everything,
    /// The site reads everybody's first comment first.
    FirstComment,
    /// More than two links.
    Links,
    /// A field that people do not see was filled in.
    HiddenField,
    /// The form had no valid stamp, or was sent faster than people type.
    TooQuick,
    /// A moderator put it back into the queue.
    Moderator,
}

impl HoldReason {
    pub const ALL: [HoldReason; 6] = [
        HoldReason::Everything,
        HoldReason::FirstComment,
        HoldReason::Links,
        HoldReason::HiddenField,
        HoldReason::TooQuick,
        HoldReason::Moderator,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Everything => "everything_waits",
            Self::FirstComment => "first_comment",
            Self::Links => "links",
            Self::HiddenField => "hidden_field",
            Self::TooQuick => "too_quick",
            Self::Moderator => "moderator",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }
}

/// More links than this wait under `moderation = links`.
const LINKS_FREE: usize = 2;

/// Publishes, or names every reason to hold. Staff is never held; nothing is ever refused here.
pub fn decide(comment: &NewComment, facts: Facts, rules: &Rules) -> Decision {
    decide_text(comment.links, facts, rules)
}

/// The same for a new text of a stored comment, which has that many links.
pub fn decide_text(links: usize, facts: Facts, rules: &Rules) -> Decision {
    if facts.staff {
        return Decision::Publish;
    }
    let reasons: Vec<HoldReason> = [
        (rules.moderation == Moderation::All, HoldReason::Everything),
        (rules.moderation == Moderation::First && !facts.approved_before, HoldReason::FirstComment),
        (rules.moderation == Moderation::Links && links > LINKS_FREE, HoldReason::Links),
        (facts.honeypot_filled, HoldReason::HiddenField),
        (facts.form_stamp_wrong, HoldReason::TooQuick),
    ]
    .into_iter()
    .filter_map(|(holds, reason)| holds.then_some(reason))
    .collect();
    if reasons.is_empty() { Decision::Publish } else { Decision::Hold(reasons) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(moderation: Moderation, links: usize, facts: Facts, expected: &[HoldReason]) {
        let comment = NewComment { links, ..NewComment::for_tests("Hi") };
        let rules = Rules { moderation, ..Rules::default() };
        assert_eq!(decide(&comment, facts, &rules).reasons(), expected, "{moderation} {links} {facts:?}");
    }

    #[test]
    fn a_site_holds_what_its_rule_says_and_nothing_else() {
        let nobody = Facts::default();
        let known = Facts { approved_before: true, ..nobody };
        let staff = Facts { staff: true, ..nobody };
        check(Moderation::None, 9, nobody, &[]);
        check(Moderation::All, 0, known, &[HoldReason::Everything]);
        check(Moderation::All, 0, staff, &[]);
        check(Moderation::First, 0, nobody, &[HoldReason::FirstComment]);
        check(Moderation::First, 0, known, &[]);
        check(Moderation::Links, 2, nobody, &[]);
        check(Moderation::Links, 3, known, &[HoldReason::Links]);
    }

    #[test]
    fn a_new_text_does_not_answer_signs_of_a_machine_or_a_moderator() {
        let earlier = [HoldReason::Links, HoldReason::TooQuick, HoldReason::Moderator];
        assert_eq!(Decision::Publish.and_still(&earlier).reasons(), [HoldReason::TooQuick, HoldReason::Moderator]);
        assert_eq!(Decision::Publish.and_still(&[HoldReason::Everything]), Decision::Publish);
    }

    #[test]
    fn form_signs_hold_under_every_rule_and_all_reasons_are_named() {
        let hasty = Facts { honeypot_filled: true, form_stamp_wrong: true, ..Facts::default() };
        check(Moderation::None, 0, hasty, &[HoldReason::HiddenField, HoldReason::TooQuick]);
        check(Moderation::All, 0, hasty, &[HoldReason::Everything, HoldReason::HiddenField, HoldReason::TooQuick]);
    }
}

//! How an author answers readers, in numbers that may be told.

/// Comments that were asked, those among them that the author answered, and the time within which half of the answers
/// came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AnswerHabit {
    pub asked: u32,
    pub answered: u32,
    pub within: Span,
}

impl AnswerHabit {
    /// Fewer comments say nothing about a habit.
    const ASKED_MIN: u32 = 10;
    /// Below it, telling would discourage.
    const ANSWERED_PERCENT_MIN: u64 = 60;

    /// The habit, where there is one to tell.
    pub fn worth_telling(asked: u32, answered: u32, median_seconds: i64) -> Option<Self> {
        let often = u64::from(answered) * 100 >= u64::from(asked) * Self::ANSWERED_PERCENT_MIN;
        (asked >= Self::ASKED_MIN && often).then(|| Self { asked, answered, within: Span::around(median_seconds) })
    }
}

/// A length of time as people say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Span {
    Minutes(u64),
    Hours(u64),
    Days(u64),
}

impl Span {
    /// The next longer span that reads well, never a shorter one: "within" stays true. Minutes above ten go in fives.
    pub fn around(seconds: i64) -> Self {
        let seconds = u64::try_from(seconds).unwrap_or(0);
        let minutes = seconds.div_ceil(60).max(1);
        let minutes = if minutes > 10 { minutes.next_multiple_of(5) } else { minutes };
        let hours = seconds.div_ceil(3600);
        match (minutes, hours) {
            (0..60, _) => Self::Minutes(minutes),
            (_, 0..24) => Self::Hours(hours),
            _ => Self::Days(seconds.div_ceil(86_400)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_comments_and_sixty_percent_are_a_habit() {
        let told = |asked, answered| AnswerHabit::worth_telling(asked, answered, 0).is_some();
        assert!(!told(0, 0) && !told(9, 9) && told(10, 10));
        assert!(!told(100, 59) && told(100, 60) && !told(10, 5) && told(10, 6));
        assert!(!told(199, 119) && told(200, 120));
    }

    #[test]
    fn a_span_reads_well_and_is_never_too_short() {
        for (seconds, span) in [
            (-5, Span::Minutes(1)),
            (0, Span::Minutes(1)),
            (60, Span::Minutes(1)),
            (61, Span::Minutes(2)),
            (600, Span::Minutes(10)),
            (601, Span::Minutes(15)),
            (55 * 60, Span::Minutes(55)),
            (55 * 60 + 1, Span::Hours(1)),
            (3600, Span::Hours(1)),
            (3601, Span::Hours(2)),
            (23 * 3600, Span::Hours(23)),
            (23 * 3600 + 1, Span::Days(1)),
            (86_400, Span::Days(1)),
            (86_401, Span::Days(2)),
        ] {
            assert_eq!(Span::around(seconds), span, "{seconds}");
        }
    }
}

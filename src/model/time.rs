//! A moment, as the store keeps it and as the wire shows it.

use std::fmt;

/// Milliseconds since 1970-01-01T00:00:00Z. Displays as RFC 3339 in UTC with whole seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    pub fn minus_seconds(self, seconds: i64) -> Self {
        self.plus_seconds(-seconds)
    }

    /// Whole seconds since 1970, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_second(self.seconds()).unwrap_or(if self.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX })
    }

    /// `2026-11-23`, in UTC.
    pub fn date(self) -> String {
        self.to_jiff().strftime("%Y-%m-%d").to_string()
    }

    /// How many times midnight in UTC has passed since an earlier moment.
    pub fn days_since(self, earlier: Self) -> u64 {
        let day = |moment: Self| moment.seconds().div_euclid(86_400);
        u64::try_from(day(self) - day(earlier)).unwrap_or(0)
    }

    /// `23 November 2026, 10:00 UTC`: for people, where no script can make it local.
    pub fn words(self) -> String {
        self.to_jiff().strftime("%-d %B %Y, %H:%M UTC").to_string()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_jiff())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_as_utc_to_the_second() {
        let moment = Timestamp(1_795_428_000_999);
        assert_eq!(moment.to_string(), "2026-11-23T10:00:00Z");
        assert_eq!(moment.words(), "23 November 2026, 10:00 UTC");
        assert_eq!(Timestamp(i64::MAX).date(), "9999-12-30");
    }

    #[test]
    fn days_are_counted_by_midnights() {
        let noon = Timestamp(1_795_435_200_000);
        assert_eq!(noon.to_string(), "2026-11-23T12:00:00Z");
        for (hours, days) in [(-1, 0), (0, 0), (11, 0), (12, 0), (13, 1), (36, 1), (37, 2), (47, 2), (30 * 24, 30)] {
            assert_eq!(noon.days_since(noon.minus_seconds(hours * 3600)), days, "{hours}");
        }
    }
}

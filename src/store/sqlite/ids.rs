//! New ids: milliseconds since 2000 shifted left by 20, plus a sequence; always above the last one.

use rusqlite::Connection;

use crate::model::Timestamp;
use crate::store::Error;

/// 2000-01-01T00:00:00Z.
const EPOCH_MS: i64 = 946_684_800_000;
const SEQUENCE_BITS: u32 = 20;
/// Keeps ids positive and leaves room above, whatever the clock says: the year 2139.
const MS_MAX: i64 = 1 << 42;

#[derive(Default)]
pub struct Ids {
    last: i64,
}

impl Ids {
    /// Takes note of the ids in the file, which another process may have given.
    pub fn learn(&mut self, conn: &Connection) -> rusqlite::Result<()> {
        let highest: i64 = conn.query_row(
            "select max(
               coalesce((select max(id) from site), 0), coalesce((select max(id) from page), 0),
               coalesce((select max(id) from author), 0), coalesce((select max(id) from comment), 0),
               coalesce((select max(id) from account), 0), coalesce((select max(id) from token), 0),
               coalesce((select max(id) from mail_address), 0), coalesce((select max(id) from follow), 0),
               coalesce((select max(id) from webhook), 0), coalesce((select max(id) from delivery), 0))",
            [],
            |row| row.get(0),
        )?;
        self.last = self.last.max(highest);
        Ok(())
    }

    pub fn next(&mut self, at: Timestamp) -> Result<i64, Error> {
        let of_time = first_of(at);
        let next = self.last.checked_add(1).ok_or_else(|| Error::Internal("there are no ids left".into()))?;
        self.last = next.max(of_time);
        Ok(self.last)
    }
}

/// The lowest id that can be given at that moment; all earlier ids that a clock without jumps gave are below it.
pub fn first_of(at: Timestamp) -> i64 {
    at.0.saturating_sub(EPOCH_MS).clamp(0, MS_MAX) << SEQUENCE_BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_even_when_the_clock_does_not() {
        let mut ids = Ids::default();
        let mut last = 0;
        for at in [i64::MIN, 0, EPOCH_MS + 5, EPOCH_MS + 5, EPOCH_MS + 1, EPOCH_MS + 9, i64::MAX, i64::MAX, 7] {
            let id = ids.next(Timestamp(at)).unwrap();
            assert!(id > last, "{at}");
            last = id;
        }
    }

    #[test]
    fn an_id_tells_when_it_was_given() {
        assert_eq!(Ids::default().next(Timestamp(EPOCH_MS + 3)).unwrap(), 3 << 20);
    }
}

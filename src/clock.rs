//! The time, and the only place that asks the system for it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use crate::model::Timestamp;

/// Where the time comes from: the system, or a hand that tests turn.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    #[default]
    System,
    Hand(Arc<AtomicI64>),
}

impl Clock {
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Hand(hand) => Timestamp(hand.load(Ordering::SeqCst)),
        }
    }
}

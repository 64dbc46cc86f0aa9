//! The settings that deliveries follow.

use std::time::Duration;

use crate::settings::{DeliveryOrder, PlatformSettings};

/// The settings that deliveries follow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) max_in_flight: usize,
    pub(crate) dead_letter_after: Duration,
    /// How long a dead letter holds up its line; zero for not at all.
    pub(crate) dead_letter_blocks_for: Duration,
}

impl From<&PlatformSettings> for Rules {
    fn from(settings: &PlatformSettings) -> Self {
        Self {
            max_in_flight: settings.max_in_flight.get(),
            dead_letter_after: settings.dead_letter_after,
            dead_letter_blocks_for: match settings.order {
                DeliveryOrder::Strict => settings.dead_letter_blocks_for,
                DeliveryOrder::Relaxed => Duration::ZERO,
            },
        }
    }
}

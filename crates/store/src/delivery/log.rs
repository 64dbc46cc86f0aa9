//! First attempts that succeeded, packed.
//!
//! Nearly all attempts are such, so they must cost little: about eight bytes an
//! event, in one row for all that were recorded together. A row covers a run of
//! sequences without a gap, so that the row of an event is found by its key.

use std::time::Duration;

use jumun_domain::Timestamp;

/// The most events of one run: whoever looks for the run of an event need not
/// look farther than this.
pub const MAX_RUN: usize = 4_096;

/// What became of the events of a run on their first attempt, in the order of
/// their sequences. A replay makes runs of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FirstTries {
    /// The sequence of the first.
    pub first_sequence: u64,
    /// One for each sequence from there on; at least one, at most [`MAX_RUN`].
    pub tries: Vec<FirstTry>,
}

/// What became of one event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FirstTry {
    /// The platform took it at once.
    Delivered {
        /// When it had.
        at: Timestamp,
        /// How long it took; kept to the microsecond.
        latency: Duration,
        /// The status of its answer, where the protocol has one.
        status: Option<u16>,
    },
    /// It did not, or it was not asked: [`Attempt`](super::Attempt)s and
    /// [`Pending`](super::Pending) tell more.
    Otherwise,
}

/// A packed run is not what this program writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a packed run of deliveries is cut short or has too large a number")]
pub struct BadLog;

/// Stands where a status would, for [`FirstTry::Otherwise`].
const OTHERWISE: u64 = 0;

/// Stands where a status would, for a delivery without one.
const NO_STATUS: u64 = 1;

/// Statuses are above this.
const STATUS_BASE: u64 = 2;

impl FirstTries {
    /// The sequence of the last.
    pub fn last_sequence(&self) -> u64 {
        let further = self.tries.len().saturating_sub(1);
        self.first_sequence
            .saturating_add(u64::try_from(further).unwrap_or(u64::MAX))
    }

    /// Packs the tries: for each a status, and for a delivery its time as a
    /// difference from the one before and its latency, as LEB128 numbers, the
    /// difference folded so that small negative ones are short.
    pub fn pack(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.tries.len() * 8);
        let mut before = 0_i64;
        for one in &self.tries {
            match one {
                FirstTry::Otherwise => write(&mut bytes, OTHERWISE),
                FirstTry::Delivered {
                    at,
                    latency,
                    status,
                } => {
                    let status = status.map_or(NO_STATUS, |it| STATUS_BASE + u64::from(it));
                    write(&mut bytes, status);
                    write(&mut bytes, fold(at.as_micros().wrapping_sub(before)));
                    let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
                    write(&mut bytes, micros);
                    before = at.as_micros();
                }
            }
        }
        bytes
    }

    /// Unpacks what [`FirstTries::pack`] gave.
    ///
    /// # Errors
    ///
    /// [`BadLog`] for anything else: the row is damaged.
    pub fn unpack(first_sequence: u64, mut bytes: &[u8]) -> Result<Self, BadLog> {
        let mut tries = Vec::new();
        let mut before = 0_i64;
        while !bytes.is_empty() {
            let status = match read(&mut bytes)? {
                OTHERWISE => {
                    tries.push(FirstTry::Otherwise);
                    continue;
                }
                NO_STATUS => None,
                number => Some(u16::try_from(number - STATUS_BASE).map_err(|_| BadLog)?),
            };
            before = before.wrapping_add(unfold(read(&mut bytes)?));
            tries.push(FirstTry::Delivered {
                at: Timestamp::from_micros(before),
                latency: Duration::from_micros(read(&mut bytes)?),
                status,
            });
        }
        Ok(Self {
            first_sequence,
            tries,
        })
    }

    /// What became of one event of the run; `None` for one that is not in it.
    pub fn get(&self, sequence: u64) -> Option<FirstTry> {
        let place = sequence.checked_sub(self.first_sequence)?;
        self.tries.get(usize::try_from(place).ok()?).copied()
    }
}

fn fold(number: i64) -> u64 {
    (number.wrapping_shl(1) ^ (number >> 63)).cast_unsigned()
}

fn unfold(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

fn write(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        // The lowest seven bits, and the mark that more follow.
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read(bytes: &mut &[u8]) -> Result<u64, BadLog> {
    let mut number = 0_u64;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(BadLog)?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7f);
        if bits << shift >> shift != bits {
            return Err(BadLog);
        }
        number |= bits << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(BadLog)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivered(at_us: i64, latency_us: u64, status: Option<u16>) -> FirstTry {
        FirstTry::Delivered {
            at: Timestamp::from_micros(at_us),
            latency: Duration::from_micros(latency_us),
            status,
        }
    }

    #[test]
    fn a_run_is_read_back_as_it_was_packed() {
        let check = |tries: &[FirstTry]| {
            let run = FirstTries {
                first_sequence: 41,
                tries: tries.to_vec(),
            };
            assert_eq!(FirstTries::unpack(41, &run.pack()), Ok(run));
        };
        check(&[]);
        check(&[FirstTry::Otherwise]);
        check(&[
            delivered(1_700_000_000_000_000, 312, Some(204)),
            FirstTry::Otherwise,
            delivered(1_699_999_999_999_000, 0, None),
            delivered(i64::MAX, u64::MAX, Some(u16::MAX)),
            delivered(i64::MIN, 1, Some(0)),
            FirstTry::Otherwise,
        ]);
    }

    #[test]
    fn an_event_is_found_by_its_sequence() {
        let run = FirstTries {
            first_sequence: 7,
            tries: vec![delivered(1, 2, None), FirstTry::Otherwise],
        };
        assert_eq!(run.last_sequence(), 8);
        assert_eq!(run.get(6), None);
        assert_eq!(run.get(7), Some(delivered(1, 2, None)));
        assert_eq!(run.get(8), Some(FirstTry::Otherwise));
        assert_eq!(run.get(9), None);
    }

    #[test]
    fn a_usual_delivery_takes_about_eight_bytes() {
        let tries = (0..1000).map(|n| delivered(1_700_000_000_000_000 + n * 90, 420, Some(200)));
        let run = FirstTries {
            first_sequence: 1,
            tries: tries.collect(),
        };
        assert!(run.pack().len() <= 8 * 1000, "{} bytes", run.pack().len());
    }

    #[test]
    fn what_was_not_packed_here_is_refused() {
        let check = |bytes: &[u8]| assert_eq!(FirstTries::unpack(1, bytes), Err(BadLog));
        // A delivery that ends too soon, in each of its parts.
        check(&[1]);
        check(&[1, 4]);
        check(&[0x80]);
        // A status of more than 16 bits.
        check(&[0x82, 0x80, 0x04, 0, 0]);
        // Numbers of more than 64 bits.
        check(&[0xff; 10]);
        check(&[
            1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0,
        ]);
    }
}

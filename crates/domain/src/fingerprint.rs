//! What a request asks for, in 128 bits.

use sha2::{Digest, Sha256};

use crate::command::Command;

/// A digest of a request's method, path and parsed body: two requests with one
/// idempotency key are the same request when their fingerprints are equal.
///
/// It is stored for ever, so its encoding must never change; a test pins it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Fingerprint(pub [u8; 16]);

impl Fingerprint {
    /// The fingerprint of a command. The kind of command stands for method and path.
    pub fn of(command: &Command) -> Self {
        let mut encoder = Encoder::new();
        encoder.command(command);
        Self(encoder.finish())
    }
}

/// Length-prefixed fields, so that no two commands share an encoding.
pub(crate) struct Encoder(Sha256);

impl Encoder {
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    /// The first half of the digest.
    pub(crate) fn finish(self) -> [u8; 16] {
        let digest = self.0.finalize();
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        half
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::RegisterUser(it) => {
                self.tag(1)
                    .integer(it.user_id.get())
                    .text(it.name.as_deref());
            }
            Command::Charge(it) => {
                self.tag(2)
                    .integer(it.user_id.get())
                    .integer(it.amount.get());
                self.text(it.reference.as_deref());
            }
            Command::AdjustBalance(it) => {
                self.tag(3)
                    .integer(it.user_id.get())
                    .integer(it.amount.get());
                self.text(Some(&it.reason));
            }
            Command::PutProduct(it) => {
                self.tag(4)
                    .integer(it.product_id.get())
                    .text(Some(&it.name));
                self.integer(it.price.get())
                    .optional(it.stock.map(|units| units.get()));
                self.integer(i64::from(it.active));
                self.optional(it.max_per_user.map(|units| units.get()));
            }
            Command::AdjustStock(it) => {
                self.tag(5)
                    .integer(it.product_id.get())
                    .integer(it.delta.get());
                self.text(it.reason.as_deref());
            }
            Command::CreateCampaign(it) => self.campaign(it),
            Command::IssueCoupon(it) => {
                self.tag(7)
                    .integer(it.campaign_id.get())
                    .integer(it.user_id.get());
            }
            Command::PlaceOrder(it) => {
                self.tag(8)
                    .integer(it.user_id.get())
                    .integer(it.lines.len() as i64);
                for line in &it.lines {
                    self.integer(line.product_id.get())
                        .integer(line.quantity.get());
                }
                self.uuid(it.coupon_id.map(|id| id.0));
                self.optional(it.expected_total.map(|total| total.get()));
            }
            Command::CancelOrder(it) => {
                self.tag(9)
                    .uuid(Some(it.order_id.0))
                    .text(it.reason.as_deref());
                self.integer(i64::from(it.restock));
            }
        }
    }

    fn campaign(&mut self, it: &crate::CreateCampaign) {
        self.tag(6).text(Some(&it.name));
        match it.discount {
            crate::Discount::Fixed { amount } => self.integer(1).integer(amount.get()),
            crate::Discount::Percent {
                percent,
                max_amount,
            } => self
                .integer(2)
                .integer(i64::from(percent))
                .optional(max_amount.map(|amount| amount.get())),
        };
        self.optional(it.minimum_subtotal.map(|amount| amount.get()));
        self.integer(it.valid_from.as_micros())
            .integer(it.valid_until.as_micros());
        self.integer(it.quantity.get());
    }

    fn tag(&mut self, tag: u8) -> &mut Self {
        self.0.update([tag]);
        self
    }

    pub(crate) fn integer(&mut self, value: i64) -> &mut Self {
        self.0.update(value.to_le_bytes());
        self
    }

    pub(crate) fn optional(&mut self, value: Option<i64>) -> &mut Self {
        match value {
            Some(value) => self.tag(1).integer(value),
            None => self.tag(0),
        }
    }

    pub(crate) fn text(&mut self, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => {
                self.tag(1).integer(value.len() as i64);
                self.0.update(value.as_bytes());
                self
            }
            None => self.tag(0),
        }
    }

    fn uuid(&mut self, value: Option<uuid::Uuid>) -> &mut Self {
        match value {
            Some(value) => {
                self.tag(1);
                self.0.update(value.as_bytes());
                self
            }
            None => self.tag(0),
        }
    }
}

#[cfg(test)]
mod tests;

//! Signatures of Standard Webhooks.
//!
//! A receiver tells by them that a message is from this shop, unchanged, and
//! sent just now. The sender's side is [`Signable::sign`]; the receiver's,
//! [`Received::verify`], serves the demo and the tests.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::hmac;

use crate::secret::Secret;

/// The header with the message's id.
pub const ID_HEADER: &str = "webhook-id";

/// The header with the time of the attempt, in seconds since 1970.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";

/// The header with the signatures.
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// How far the clocks of both sides may be apart, and how long a message may be
/// on its way: with it, an old message cannot be sent again by someone else.
/// Five minutes is what the libraries of Standard Webhooks take.
pub const TOLERANCE_S: u64 = 300;

/// Marks a signature as HMAC-SHA256.
const VERSION: &str = "v1,";

/// What is signed.
#[derive(Clone, Copy, Debug)]
pub struct Signable<'a> {
    /// The message's id, which must not hold a full stop.
    pub id: &'a str,
    /// When it is sent, in seconds since 1970.
    pub timestamp_s: u64,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

impl Signable<'_> {
    /// The value of [`SIGNATURE_HEADER`]: one signature for each secret, so that
    /// a receiver may know the old one or the new one while they change.
    ///
    /// ```
    /// use jumun_platform::signature::Signable;
    ///
    /// let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse()?;
    /// let message = Signable {
    ///     id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    ///     timestamp_s: 1_614_265_330,
    ///     body: br#"{"test": 2432232314}"#,
    /// };
    /// assert_eq!(message.sign(&[secret]), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    /// # Ok::<(), jumun_platform::SecretError>(())
    /// ```
    pub fn sign(&self, secrets: &[Secret]) -> String {
        let timestamp = self.timestamp_s.to_string();
        let mut header = String::with_capacity(secrets.len() * 48);
        for secret in secrets {
            if !header.is_empty() {
                header.push(' ');
            }
            header.push_str(VERSION);
            let mut context = hmac::Context::with_key(secret.key());
            for part in signed_parts(self.id, &timestamp, self.body) {
                context.update(part);
            }
            BASE64.encode_string(context.sign(), &mut header);
        }
        header
    }
}

/// A signed message as it was received.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// The value of [`ID_HEADER`].
    pub id: &'a str,
    /// The value of [`TIMESTAMP_HEADER`].
    pub timestamp: &'a str,
    /// The value of [`SIGNATURE_HEADER`].
    pub signature: &'a str,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

impl Received<'_> {
    /// Checks that the message was signed with one of these secrets, within
    /// [`TOLERANCE_S`] of `now_s`, in seconds since 1970.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] says what to look at.
    pub fn verify(&self, secrets: &[Secret], now_s: u64) -> Result<(), VerifyError> {
        let timestamp: u64 = self.timestamp.parse().map_err(|_| VerifyError::Timestamp)?;
        if now_s.abs_diff(timestamp) > TOLERANCE_S {
            return Err(VerifyError::Time {
                apart_s: now_s.abs_diff(timestamp),
            });
        }
        // Other versions are signatures for those who can check them.
        let signatures = self
            .signature
            .split(' ')
            .filter_map(|signature| BASE64.decode(signature.strip_prefix(VERSION)?).ok());
        for signature in signatures {
            for secret in secrets {
                let signed = signed_parts(self.id, self.timestamp, self.body).concat();
                // Takes as long whether they agree or not.
                if hmac::verify(secret.key(), &signed, &signature).is_ok() {
                    return Ok(());
                }
            }
        }
        Err(VerifyError::Signature)
    }
}

/// Why a message is not to be believed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum VerifyError {
    /// The time is no number.
    #[error(
        "the {TIMESTAMP_HEADER} header is not a number of seconds; is this a message of Jumun?"
    )]
    Timestamp,
    /// It was sent long ago, or a clock is wrong.
    #[error(
        "the message was sent {apart_s} s from now; set the clocks of both sides, and do not trust it"
    )]
    Time {
        /// How far its time is from now.
        apart_s: u64,
    },
    /// No signature fits.
    #[error(
        "no signature in the {SIGNATURE_HEADER} header fits; compare the secrets of both sides, and check the body as it came, before it is parsed"
    )]
    Signature,
}

fn signed_parts<'a>(id: &'a str, timestamp: &'a str, body: &'a [u8]) -> [&'a [u8]; 5] {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body]
}

#[cfg(test)]
mod tests;

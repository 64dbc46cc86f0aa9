//! One public key. The arithmetic is all in *ring*.

use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

use super::algorithm::Algorithm;

/// The shortest RSA key, which is the shortest that is held to be safe.
const MIN_RSA_BITS: usize = 2048;

/// The longest RSA key that can be computed with here.
const MAX_RSA_BITS: usize = 8192;

/// The most bytes of an RSA exponent: it is nearly always 65537, and a larger
/// one costs time for each token.
const MAX_RSA_EXPONENT_BYTES: usize = 4;

/// Bytes of a coordinate on P-256, and of a key of Ed25519.
const COORDINATE_BYTES: usize = 32;

/// What the two coordinates of a point come after.
const UNCOMPRESSED_POINT: u8 = 4;

/// A key that verifies by exactly one algorithm: that of its type.
#[derive(Debug)]
pub(super) struct PublicKey(Kind);

#[derive(Debug)]
enum Kind {
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    P256([u8; 1 + 2 * COORDINATE_BYTES]),
    Ed25519([u8; COORDINATE_BYTES]),
}

impl PublicKey {
    /// From the modulus and the exponent.
    pub(super) fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, &'static str> {
        // Some issuers write the byte that keeps a number positive elsewhere.
        let (n, e) = (without_zeros(modulus), without_zeros(exponent));
        let unused_bits = n.first().map_or(0, |first| first.leading_zeros() as usize);
        let bits = n.len() * 8 - unused_bits;
        if bits < MIN_RSA_BITS {
            return Err("its modulus has fewer than 2048 bits, which is not safe");
        }
        if bits > MAX_RSA_BITS {
            return Err("its modulus has more than 8192 bits");
        }
        let is_odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
        if e.len() > MAX_RSA_EXPONENT_BYTES || e == [1] || !is_odd(e) || !is_odd(n) {
            return Err("its modulus or exponent is not one of RSA");
        }
        Ok(Self(Kind::Rsa(RsaPublicKeyComponents {
            n: n.to_vec(),
            e: e.to_vec(),
        })))
    }

    /// From the coordinates. A point beside the curve verifies nothing.
    pub(super) fn p256(x: &[u8], y: &[u8]) -> Result<Self, &'static str> {
        let (x, y) = (coordinate(x)?, coordinate(y)?);
        let mut point = [UNCOMPRESSED_POINT; 1 + 2 * COORDINATE_BYTES];
        point[1..=COORDINATE_BYTES].copy_from_slice(&x);
        point[1 + COORDINATE_BYTES..].copy_from_slice(&y);
        Ok(Self(Kind::P256(point)))
    }

    /// From the key itself.
    pub(super) fn ed25519(key: &[u8]) -> Result<Self, &'static str> {
        Ok(Self(Kind::Ed25519(coordinate(key)?)))
    }

    /// The algorithm of its type.
    pub(super) fn algorithm(&self) -> Algorithm {
        match self.0 {
            Kind::Rsa(_) => Algorithm::Rs256,
            Kind::P256(_) => Algorithm::Es256,
            Kind::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// Whether this signature of these bytes was made with its private half.
    pub(super) fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        let outcome = match &self.0 {
            Kind::Rsa(key) => key.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature),
            Kind::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature)
            }
            Kind::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(signed, signature),
        };
        outcome.is_ok()
    }
}

fn coordinate(bytes: &[u8]) -> Result<[u8; COORDINATE_BYTES], &'static str> {
    bytes
        .try_into()
        .map_err(|_| "one of its numbers has not 32 bytes")
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

//! The algorithms that are accepted.

/// How a token is signed. There are no others: above all not `none`, and none
/// with a shared secret, for which a public key could be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::jwt) enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// By the name in a header or a key. Ed25519 has two.
    pub(in crate::jwt) fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }
}

//! Tokens, without their secrets.

use jumun_store::access::{Grant, NewToken, Scope, Token};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Text, Time};

/// A token, by its public id. Its secret is told once, when it is made.
#[derive(Serialize, ToSchema)]
#[schema(as = Token)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenView {
    /// Names the token in logs and in the history of changes.
    #[schema(pattern = "^[0-9a-f]{16}$", example = "01937d5e8f012345")]
    token_id: String,
    /// The user whom it acts for, and no other; absent for a token with scopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        minimum = 1,
        maximum = 9007199254740991i64,
        example = 7
    )]
    user_id: Option<i64>,
    /// What it may do; absent for a user's token and for a session.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, inline)]
    scopes: Option<Vec<ScopeName>>,
    /// The token that an operator signed in to the console with: this one opens
    /// the console alone, as long as that one is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        pattern = "^[0-9a-f]{16}$",
        example = "01937d5e8f012345"
    )]
    session_of: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false, example = "checkout service")]
    label: Option<Text>,
    created_at: Time,
    /// Who made it.
    #[schema(example = "cli:haneul")]
    created_by: String,
    /// From when it is worth nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    expires_at: Option<Time>,
    /// When it was last used, to the minute or so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_used_at: Option<Time>,
    /// Since when it is worth nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    revoked_at: Option<Time>,
}

/// A right that a token can carry.
#[derive(Clone, Copy, ToSchema)]
#[schema(as = Scope, value_type = String, pattern = "^(orders:act-as|catalog:write|balance:charge|events:read|metrics:read|admin)$", example = "orders:act-as")]
pub(crate) struct ScopeName(pub(crate) Scope);

impl Serialize for ScopeName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

/// A token that was just made, with the text that opens the doors. It is told
/// here and never again.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedToken)]
pub(crate) struct CreatedTokenView {
    #[serde(flatten)]
    token_view: TokenView,
    /// What to send as `Authorization: Bearer`. Keep it secret.
    #[schema(example = "jumun_01937d5e8f012345_…")]
    token: String,
}

impl TokenView {
    pub(crate) fn of(token: &Token) -> Self {
        let made = Self::made(&token.made, token.created_by.to_string());
        Self {
            last_used_at: token.last_used_at.map(Time),
            revoked_at: token.revoked_at.map(Time),
            ..made
        }
    }

    fn made(made: &NewToken, created_by: String) -> Self {
        let (mut user_id, mut scopes, mut session_of) = (None, None, None);
        match made.grant {
            Grant::User(user) => user_id = Some(user.get()),
            Grant::Scopes(all) => scopes = Some(all.iter().map(ScopeName).collect()),
            Grant::Session(id) => session_of = Some(id.to_string()),
        }
        Self {
            token_id: made.id.to_string(),
            user_id,
            scopes,
            session_of,
            label: made.label.clone().map(Text),
            created_at: Time(made.created_at),
            created_by,
            expires_at: made.expires_at.map(Time),
            last_used_at: None,
            revoked_at: None,
        }
    }
}

impl CreatedTokenView {
    /// A token that `created_by` made, and its text.
    pub(crate) fn of(made: &NewToken, created_by: String, token: String) -> Self {
        Self {
            token_view: TokenView::made(made, created_by),
            token,
        }
    }
}

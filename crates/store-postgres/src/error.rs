//! Faults of reaching and opening a database, in sentences that say what to do.

mod explain;
mod kinds;

pub(crate) use explain::explain_at;

use crate::target::Target;

/// Why a database could not be reached or opened. Nothing was changed. No
/// sentence holds a password; `target` is what [`Target::shown`] says.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL cannot be read.
    #[error(
        "the database's URL cannot be used: {reason}; write it as postgres://user@host:5432/database"
    )]
    BadUrl {
        /// What is wrong with it.
        reason: String,
    },
    /// The URL has a parameter that means nothing here.
    #[error("the database's URL has the unknown parameter {name}; those known are {known}")]
    UnknownParameter {
        /// Its name.
        name: String,
        /// All names that are known.
        known: String,
    },
    /// The file of `sslrootcert`, or the system's store, holds no usable certificate.
    #[error(
        "the root certificates in {store} cannot be used: {reason}; give sslrootcert a PEM file of certificates that this user may read"
    )]
    RootsUnusable {
        /// The file, or what the system's store is called.
        store: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The host's name has no address.
    #[error("the host of {target} was not found ({reason}); check its name and this machine's DNS")]
    HostNotFound {
        /// The database.
        target: String,
        /// What the resolver says.
        reason: String,
    },
    /// Nothing listens there.
    #[error(
        "nothing listens at {target}; start the PostgreSQL server, or check host and port of the URL"
    )]
    Refused {
        /// The database.
        target: String,
    },
    /// No answer in time.
    #[error(
        "{target} did not answer in time; check host, port and firewall, or raise connect_timeout in the URL"
    )]
    TimedOut {
        /// The database.
        target: String,
    },
    /// The operating system knows no way there.
    #[error("{target} cannot be reached: {reason}; check host, port and this machine's network")]
    Unreachable {
        /// The database.
        target: String,
        /// What the operating system says.
        reason: String,
    },
    /// The connection ended.
    #[error(
        "the connection to {target} was lost: {reason}; see the server's log for why, or check host and port"
    )]
    Lost {
        /// The database.
        target: String,
        /// What ended it.
        reason: String,
    },
    /// The server wants a password and there is none.
    #[error("{target} asks for a password; set PGPASSWORD, or put it into the URL")]
    PasswordMissing {
        /// The database.
        target: String,
    },
    /// The password is wrong, or the role does not exist and the server does not say so.
    #[error(
        "{target} refuses the password: {reason}; check the user in the URL and the password (in PGPASSWORD, or in the URL)"
    )]
    WrongPassword {
        /// The database.
        target: String,
        /// What the server says.
        reason: String,
    },
    /// The role does not exist or may not log in, or not from here.
    #[error(
        "{target} does not admit this user: {reason}; check the user in the URL, create it there (createuser), or add a line for it to the server's pg_hba.conf"
    )]
    NotAdmitted {
        /// The database.
        target: String,
        /// What the server says.
        reason: String,
    },
    /// The server does not admit the user without encryption.
    #[error(
        "{target} does not admit this user unencrypted: {reason}; set sslmode=verify-full (or require) in the URL"
    )]
    TlsRequired {
        /// The database.
        target: String,
        /// What the server says.
        reason: String,
    },
    /// The server does not encrypt.
    #[error(
        "{target} does not offer TLS; turn it on there (ssl = on), or set sslmode=disable if the way to it is safe"
    )]
    TlsNotOffered {
        /// The database.
        target: String,
    },
    /// The server's certificate does not prove who it is.
    #[error("the certificate of {target} is not trusted: {reason}; {remedy}")]
    NotTrusted {
        /// The database.
        target: String,
        /// What is wrong with it.
        reason: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The server's certificate is for another name.
    #[error(
        "the certificate of {target} is for another host: {reason}; use a host that it names, or sslmode=verify-ca if any server of that issuer will do"
    )]
    OtherName {
        /// The database.
        target: String,
        /// The name expected, and those in the certificate.
        reason: String,
    },
    /// The handshake failed for another reason.
    #[error(
        "TLS with {target} failed: {reason}; check its certificate and key, and that it speaks TLS 1.2 or 1.3"
    )]
    TlsFailed {
        /// The database.
        target: String,
        /// What failed.
        reason: String,
    },
    /// There is no such database.
    #[error("{target} does not exist: {reason}; create it, as with `createdb`")]
    NoDatabase {
        /// The database.
        target: String,
        /// What the server says.
        reason: String,
    },
    /// All connections of the server, the role or the database are taken.
    #[error(
        "{target} has no connection left: {reason}; raise its max_connections, or use fewer connections"
    )]
    TooManyConnections {
        /// The database.
        target: String,
        /// What the server says.
        reason: String,
    },
    /// The server starts, stops or recovers.
    #[error("{target} is not ready: {reason}; try again when it is up")]
    NotReady {
        /// The database.
        target: String,
        /// What the server says.
        reason: String,
    },
    /// Only a standby answers.
    #[error(
        "{target} can only be read: it is a standby; give all hosts of the cluster in the URL (host1:5432,host2:5432), or promote it"
    )]
    Standby {
        /// The database.
        target: String,
    },
    /// The role, the database or the server makes transactions read-only.
    #[error(
        "{target} can only be read: default_transaction_read_only is on; turn it off for this role and database"
    )]
    ReadOnly {
        /// The database.
        target: String,
    },
    /// A server that may be written to, where one that may not was asked for.
    #[error("{target} can be written to; leave target_session_attrs=read-only out of the URL")]
    NotReadOnly {
        /// The database.
        target: String,
    },
    /// The role lacks a right.
    #[error(
        "{target} refuses it: {reason}; grant this role the right, or run `jumun migrate` as the owner of the schema"
    )]
    Forbidden {
        /// The database.
        target: String,
        /// What the server says.
        reason: String,
    },
    /// The server is older than what this program was made for.
    #[error("{target} runs PostgreSQL {found}, and at least {least} is needed; upgrade it")]
    ServerTooOld {
        /// The database.
        target: String,
        /// The version found.
        found: i32,
        /// The least version accepted.
        least: i32,
    },
    /// The schema is something else's.
    #[error(
        "{target} has a table {table} that jumun did not make; use another database, or another schema (options=-csearch_path=NAME in the URL)"
    )]
    NotOurs {
        /// The database.
        target: String,
        /// The table.
        table: String,
    },
    /// The database cannot hold every text, or does not know what it holds.
    #[error(
        "{target} keeps text in {found}; create a database for the shop in UTF8, as with `createdb --encoding=UTF8 --template=template0`"
    )]
    OtherEncoding {
        /// The database.
        target: String,
        /// Its encoding.
        found: String,
    },
    /// There is no shop, and none was to be created.
    #[error(
        "there is no shop in {target}; check the URL, or run `jumun migrate --database …` to create one"
    )]
    NoShop {
        /// The database.
        target: String,
    },
    /// A newer jumun has been at work.
    #[error(
        "{target} has schema version {found}, newer than this jumun knows ({known}); install the newer jumun again, or restore a backup from before the upgrade"
    )]
    Newer {
        /// The database.
        target: String,
        /// The version in the database.
        found: i32,
        /// The newest version this program has.
        known: i32,
    },
    /// The schema is older than this program and was not to be changed.
    #[error(
        "{target} has schema version {found} and this jumun needs {known}; run `jumun migrate --database …` first"
    )]
    Older {
        /// The database.
        target: String,
        /// The version in the database.
        found: i32,
        /// The version this program needs.
        known: i32,
    },
    /// The currency asked for is not the one pinned.
    #[error(
        "{target} keeps its amounts in {pinned}, not {asked}; leave --currency out, or use another --database"
    )]
    OtherCurrency {
        /// The database.
        target: String,
        /// The currency of the database.
        pinned: String,
        /// The currency asked for.
        asked: String,
    },
    /// What listens there is something else.
    #[error("what answers at {target} is not PostgreSQL ({reason}); check host and port")]
    NotPostgres {
        /// The database.
        target: String,
        /// What it did.
        reason: String,
    },
    /// None of several servers can be used.
    #[error("none of the servers in the URL can be used: {}", kinds::listed(.failures))]
    NoServer {
        /// Why not, each in turn.
        failures: Vec<OpenError>,
    },
    /// Anything else that the server or the driver says.
    #[error("{target} cannot be used as it is: {reason}; see the server's log for more")]
    Server {
        /// The database.
        target: String,
        /// What they say.
        reason: String,
    },
}

/// What an error of the driver means, for a session of `target`.
pub(crate) fn explain(target: &Target, error: &tokio_postgres::Error) -> OpenError {
    explain_at(target.shown(), error)
}

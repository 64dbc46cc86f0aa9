//! Statements by way of `psql`, so that this crate needs no driver, and tests
//! of a driver are not checked by that driver.

use std::process::Command;

use crate::binaries::Binaries;

/// How long `psql` waits for a server, in seconds: only one that is paused
/// takes long, and nothing is to be had from it.
const CONNECT_TIMEOUT_SECONDS: &str = "10";

/// How to reach a server as its superuser.
#[derive(Clone)]
pub(crate) struct Access {
    pub(crate) port: u16,
    pub(crate) password: Option<String>,
}

impl Access {
    /// The URL of `database`.
    pub(crate) fn url(&self, database: &str) -> String {
        let password = match &self.password {
            Some(password) => format!(":{}", percent_encoded(password)),
            None => String::new(),
        };
        format!(
            "postgres://postgres{password}@127.0.0.1:{}/{database}",
            self.port
        )
    }

    /// The same server by way of another port.
    pub(crate) fn through(&self, port: u16) -> Self {
        Self {
            port,
            ..self.clone()
        }
    }

    /// A client program of PostgreSQL that reaches this server.
    pub(crate) fn client(&self, program: &str) -> Command {
        let mut command = Binaries::get().command(program);
        command
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", "postgres")
            .env("PGCONNECT_TIMEOUT", CONNECT_TIMEOUT_SECONDS);
        if let Some(password) = &self.password {
            command.env("PGPASSWORD", password);
        }
        command
    }

    /// What the statements return: a line a row, `|` between the columns. Each
    /// is a transaction of its own; the first that fails is the last.
    ///
    /// # Errors
    ///
    /// What the server says, or why it cannot be reached.
    pub(crate) fn run(&self, database: &str, statements: &[&str]) -> Result<String, String> {
        let mut command = self.client("psql");
        command.args(["-qAtX", "-v", "ON_ERROR_STOP=1", "-d", database]);
        for statement in statements {
            command.args(["-c", statement]);
        }
        let output = match command.output() {
            Ok(output) => output,
            Err(error) => panic!("psql does not start: {error}; is it installed?"),
        };
        let text = |bytes| String::from_utf8_lossy(bytes).trim_end().to_owned();
        if output.status.success() {
            Ok(text(&output.stdout))
        } else {
            Err(text(&output.stderr))
        }
    }
}

/// `text` as it may stand in a URL.
fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

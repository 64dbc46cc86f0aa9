//! The findings, for a person and for a program.

use serde_json::{Value, json};

use super::findings::{Finding, Findings, Verdict};
use crate::{output, secret};

/// A row for each check, and below it what to do.
pub(super) fn table(findings: &Findings) -> String {
    let mut rows = vec![["check", "", "found"].map(str::to_owned).to_vec()];
    for it in findings.iter() {
        let (check, verdict) = (it.check.to_owned(), it.verdict.name().to_owned());
        rows.push(vec![check, verdict, shown(&it.found)]);
    }
    let mut text = output::table(&rows, &[]);
    for it in findings.iter() {
        if let Some(remedy) = &it.remedy {
            let (check, verdict) = (it.check, it.verdict.name());
            text.push_str(&format!("\n{verdict}: {check}\n  {}\n", shown(remedy)));
        }
    }
    let count = |verdict| findings.iter().filter(|it| it.verdict == verdict).count();
    text.push_str(&format!(
        "\n{} OK, {} to look at, {} wrong",
        count(Verdict::Ok),
        count(Verdict::Warning),
        count(Verdict::Wrong)
    ));
    text
}

/// The same as JSON.
pub(super) fn json(findings: &Findings) -> Value {
    let check = |it: &Finding| {
        json!({
            "check": it.check,
            "verdict": it.verdict.name().to_lowercase(),
            "found": shown(&it.found),
            "remedy": it.remedy.as_deref().map(shown),
        })
    };
    let checks: Vec<Value> = findings.iter().map(check).collect();
    json!({"worst": findings.worst().name().to_lowercase(), "checks": checks})
}

/// Without what may be secret of the arguments and the environment.
fn shown(text: &str) -> String {
    secret::mask(text, [])
}

//! `jumun audit`: checks that nothing was lost or made up.

use std::process::ExitCode;

use clap::builder::BoolishValueParser;
use jumun_store::AuditReport;
use serde_json::{Value, json};

use crate::database::DatabaseOption;
use crate::failure::{FAILED, Failure};
use crate::progress::Progress;
use crate::{logging, output};

const AFTER_HELP: &str = "\
Works beside a running server. The exit status is 1 when anything is found; run it on a restored \
backup and after a crash.

Examples:
  jumun audit --database sqlite:shop.db
  jumun audit --database sqlite:shop.db --json | jq '.laws[] | select(.broken > 0)'";

/// The arguments of `jumun audit`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(flatten)]
    database: DatabaseOption,
    /// Print the report as JSON
    #[arg(long, value_name = "true|false", default_value = "false", default_missing_value = "true",
          num_args = 0..=1, require_equals = true, value_parser = BoolishValueParser::new())]
    json: bool,
}

/// Audits, and prints the report.
///
/// # Errors
///
/// When the database cannot be read. A law that is broken is no error, but it
/// is told by the exit code.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    logging::start_quietly()?;
    let engine = arguments.database.engine()?;
    let progress = Progress::bar(0, "checking");
    let report = engine.audit(&mut |step| progress.set(step.done, Some(step.total)))?;
    drop(progress);
    output::line(if arguments.json {
        json(&report).to_string()
    } else {
        table(&report)
    })?;
    Ok(if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    })
}

/// The report for a person: a table, and below it what is broken.
pub(crate) fn table(report: &AuditReport) -> String {
    let mut rows = vec![
        ["law", "statement", "checked", "broken"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for law in &report.laws {
        rows.push(vec![
            law.law.name().to_owned(),
            law.law.statement().to_owned(),
            law.checked.to_string(),
            law.broken.to_string(),
        ]);
    }
    let mut text = output::table(&rows, &[2, 3]);
    for law in report.laws.iter().filter(|law| law.broken > 0) {
        text.push_str(&format!("\n{}\n", law.law.name()));
        for finding in &law.findings {
            text.push_str(&format!("  {}: {}\n", finding.subject, finding.detail));
        }
        let untold = law.broken.saturating_sub(law.findings.len() as u64);
        if untold > 0 {
            text.push_str(&format!("  and {untold} more\n"));
        }
    }
    text.truncate(text.trim_end().len());
    text
}

fn json(report: &AuditReport) -> Value {
    let laws: Vec<Value> = report
        .laws
        .iter()
        .map(|law| {
            let findings: Vec<Value> = law
                .findings
                .iter()
                .map(|finding| json!({"subject": finding.subject, "detail": finding.detail}))
                .collect();
            json!({
                "law": law.law.name(),
                "statement": law.law.statement(),
                "checked": law.checked,
                "broken": law.broken,
                "findings": findings,
            })
        })
        .collect();
    json!({"clean": report.is_clean(), "laws": laws})
}

#[cfg(test)]
mod tests {
    use jumun_store::{Law, LawReport};

    use super::*;

    fn report(broken: u64) -> AuditReport {
        let mut ledger = LawReport::new(Law::Ledger);
        ledger.checked = 1_000;
        for user in 0..broken {
            ledger.broken(
                format!("user {user}"),
                "the entries sum to 1, the balance is 2",
            );
        }
        AuditReport {
            laws: vec![ledger, LawReport::new(Law::Stock)],
        }
    }

    #[test]
    fn a_clean_report_is_a_table_with_a_line_for_each_law() {
        let text = table(&report(0));
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.contains("1000       0\n"), "{text}");
    }

    #[test]
    fn offenders_follow_the_table_and_those_left_out_are_counted() {
        let text = table(&report(102));
        assert!(
            text.contains("\nledger\n  user 0: the entries sum to 1"),
            "{text}"
        );
        assert!(text.ends_with("  and 2 more"), "{text}");
    }

    #[test]
    fn the_json_report_has_the_same_figures() {
        let json = json(&report(1));
        assert_eq!(json["clean"], false);
        assert_eq!(json["laws"][0]["broken"], 1);
        assert_eq!(json["laws"][0]["findings"][0]["subject"], "user 0");
        assert_eq!(json["laws"][1]["law"], "stock");
    }
}

//! Tokens that somebody should look at.

use super::check;
use crate::support::Folder;

#[test]
fn tokens_without_end_or_use_and_a_missing_admin_are_told() {
    for folder in Folder::of_each_engine() {
        folder.shop_succeeds("migrate");
        check(&folder, "--auth token").says("admin token", "warning");
        assert_eq!(check(&folder, "").verdict("admin token"), "not checked");
        folder.shop_succeeds("token create --scope catalog:write --expires-in 1d");
        let report = check(&folder, "--auth token");
        report.says("admin token", "warning");
        report.says("tokens that never expire", "ok");
        report.says("tokens not used for 90 days", "ok");
        let admin = folder.shop_succeeds("token create --scope admin");
        let report = check(&folder, "--auth token");
        report.says("admin token", "ok");
        report.says("tokens that never expire", "warning");
        // As if it had been made a year ago.
        folder.sql("UPDATE tokens SET created_at = created_at - 31536000000000");
        check(&folder, "").says("tokens not used for 90 days", "warning");
        let id = admin.split('_').nth(1).expect("an id");
        folder.shop_succeeds(&format!("token revoke {id}"));
        let report = check(&folder, "--auth token");
        report.says("admin token", "warning");
        report.says("tokens that never expire", "ok");
    }
}

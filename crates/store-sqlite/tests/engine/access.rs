//! The history that only grows, and doors that end with their store.

use jumun_domain::{Actor, Charge, Command, PutProduct, Request, Timestamp};
use jumun_store::access::{
    ChangeRecord, Changes, Grant, NewToken, Scope, TokenHash, TokenId, Tokens,
};
use jumun_store::{ImportRow, Page, Store};
use jumun_store_sqlite::{Importer, Options, SqliteAccess, audit, backup};
use rusqlite::Connection;

use crate::support::{Shop, product, user};

const PAGE: Page<jumun_domain::ChangeId> = Page {
    after: None,
    limit: 100,
};

fn token() -> NewToken {
    let now = Timestamp::from_micros(1_700_000_000_000_000);
    NewToken {
        id: TokenId::made_at(now, 1),
        hash: TokenHash::from_bytes([7; 32]),
        grant: Grant::Scopes([Scope::Admin].into_iter().collect()),
        label: None,
        created_at: now,
        expires_at: None,
    }
}

async fn lines(doors: &SqliteAccess) -> Vec<ChangeRecord> {
    doors.changes(PAGE).await.unwrap().items
}

/// Charges a user as somebody at the command line does.
async fn charge(shop: &Shop, id: i64) {
    let charge = Charge::new(user(id), 5, Some("입금")).unwrap();
    let request = Request::new(Command::Charge(charge), None);
    let request = request.by(Actor::command_line("haneul"));
    shop.store.execute(request).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_refuses_whoever_changes_the_history() {
    let shop = Shop::open().await;
    charge(&shop, 1).await;
    charge(&shop, 2).await;
    let doors = shop.store.access();
    let before = lines(&doors).await;
    assert_eq!(before.len(), 2);
    let beside = Connection::open(shop.path()).unwrap();
    let all = "key, id_low, at, 'nobody', action, subject, before, after, reason FROM changes";
    for sql in [
        "UPDATE changes SET actor = 'nobody'".to_owned(),
        "UPDATE OR REPLACE changes SET key = 1".to_owned(),
        "UPDATE OR IGNORE changes SET reason = NULL WHERE reason IS NOT NULL".to_owned(),
        "DELETE FROM changes".to_owned(),
        "DELETE FROM changes WHERE subject = 'user:1'".to_owned(),
        format!("INSERT OR REPLACE INTO changes SELECT {all}"),
        format!("REPLACE INTO changes SELECT {all}"),
        format!("INSERT INTO changes SELECT {all} WHERE true ON CONFLICT DO UPDATE SET actor = ''"),
    ] {
        let refused = beside.execute(&sql, []).unwrap_err().to_string();
        assert!(refused.contains("only grows"), "{sql}: {refused}");
        assert_eq!(lines(&doors).await, before, "{sql}");
    }
    charge(&shop, 3).await;
    assert!(lines(&doors).await.ends_with(&before));
    assert_eq!(lines(&doors).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn doors_of_a_closed_store_refuse_and_those_beside_it_go_on() {
    let shop = Shop::open().await;
    let (doors, by) = (shop.store.access(), Actor::local());
    let beside = SqliteAccess::open(&shop.path()).unwrap();
    let token = token();
    shop.store.close().await;
    let refused = [
        doors.create_token(&token, &by).await.map(|_| ()),
        doors.revoke_token(token.id, &by).await.map(|_| ()),
        doors.tokens_used(&[(token.id, token.created_at)]).await,
        doors.token(token.id).await.map(|_| ()),
        doors.newest_revocation().await.map(|_| ()),
        doors.revocations(0).await.map(|_| ()),
        doors.changes(PAGE).await.map(|_| ()),
    ];
    for refused in refused {
        let fault = refused.unwrap_err().to_string();
        assert!(fault.contains("the server is stopping"), "{fault}");
    }
    assert!(beside.create_token(&token, &by).await.unwrap());
    beside.revoke_token(token.id, &by).await.unwrap().unwrap();
    assert_eq!(beside.revocations(0).await.unwrap().len(), 1);
    assert_eq!(lines(&beside).await.len(), 2);
    drop(beside);
    let log = shop.folder().join("shop.db-wal");
    assert!(!log.exists() || std::fs::metadata(log).unwrap().len() == 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_has_the_tokens_and_the_history() {
    let shop = Shop::open().await;
    let (doors, by) = (shop.store.access(), Actor::local());
    charge(&shop, 1).await;
    let token = token();
    assert!(doors.create_token(&token, &by).await.unwrap());
    doors.revoke_token(token.id, &by).await.unwrap().unwrap();
    let copy = shop.folder().join("copy.db");
    backup(&shop.path(), &copy, &mut |_, _| {}).unwrap();
    let copied = SqliteAccess::open(&copy).unwrap();
    assert_eq!(lines(&copied).await, lines(&doors).await);
    assert_eq!(lines(&copied).await.len(), 3);
    let of = async |it: &SqliteAccess| (it.token(token.id).await.unwrap(), it.revocations(0).await);
    let (kept, revocations) = of(&copied).await;
    assert_eq!(kept, doors.token(token.id).await.unwrap());
    assert_eq!(revocations.unwrap().len(), 1);
    let report = audit(&copy, &mut |_| {}).unwrap();
    assert!(report.is_clean(), "{report:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_imported_leave_their_lines() {
    let shop = Shop::open().await;
    let path = shop.path();
    let by = Actor::command_line("haneul");
    let put = |id| {
        let put = PutProduct::new(product(id), "비누", 10, Some(3), true, None).unwrap();
        Request::new(Command::PutProduct(put), None).by(by.clone())
    };
    let rows = (11..=13).map(|id| ImportRow {
        line: 1 + u64::try_from(id).unwrap(),
        requests: vec![put(id)],
    });
    let rows: Vec<_> = rows.collect();
    let imported = tokio::task::spawn_blocking(move || {
        let mut importer = Importer::open(&path, &Options::default()).unwrap();
        let go_on = &mut |_| std::ops::ControlFlow::Continue(());
        importer.import(b"a file", &rows, go_on).unwrap().rows
    });
    assert_eq!(imported.await.unwrap(), 3);
    let lines = lines(&shop.store.access()).await;
    let told: Vec<_> = lines
        .iter()
        .map(|it| (it.actor.as_str(), &*it.action, &*it.subject))
        .collect();
    assert_eq!(
        told,
        [
            ("cli:haneul", "product.put", "product:13"),
            ("cli:haneul", "product.put", "product:12"),
            ("cli:haneul", "product.put", "product:11"),
        ]
    );
}

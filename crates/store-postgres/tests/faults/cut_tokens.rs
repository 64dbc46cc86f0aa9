//! The connection is cut while a token is made or revoked. It is there with its
//! line or not at all, and where the server can be reached again it is there.

use jumun_store::access::Tokens as _;
use jumun_store::{Fault, Page};

use crate::support::laws;
use crate::support::points::{ANY, PLACES};
use crate::support::shop::{ISOLATIONS, Instance, Shop, behind_a_proxy};
use crate::support::tokens::{operator, token, token_id};
use crate::support::wait::in_time;

/// So many statements it takes at least to make a token: to look where the history
/// ends, and to write it and its line in a transaction.
const STATEMENTS_OF_ONE: usize = 7;

async fn make(instance: &Instance, number: u32) -> Result<bool, Fault> {
    let (token, by) = (token(number), operator());
    in_time("a token", instance.access().create_token(&token, &by)).await
}

/// Whether the token was there and is revoked now.
async fn revoke(instance: &Instance, number: u32) -> Result<bool, Fault> {
    let (doors, by) = (instance.access(), operator());
    let revoked = in_time("its end", doors.revoke_token(token_id(number), &by)).await;
    Ok(revoked?.is_some_and(|it| it.revoked_at.is_some()))
}

/// Opens the connection that is used from then on: what opens one is not what is
/// to be cut.
async fn connect(instance: &Instance) {
    let page = Page {
        after: None,
        limit: 1,
    };
    let read = in_time("tokens", async { instance.access().tokens(page).await });
    read.await.expect("they are read");
}

/// How many tokens there are, how many are revoked, and how many lines of them.
fn counts(shop: &Shop) -> String {
    shop.sql(
        "SELECT (SELECT count(*) FROM tokens), (SELECT count(*) FROM revocations), \
         (SELECT count(*) FROM changes)",
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_whose_making_or_end_is_cut_at_any_statement_has_each_once_and_it_is_told() {
    for level in ISOLATIONS {
        let shop = Shop::with_isolation(level);
        let mut made = 0;
        for place in PLACES {
            let (proxy, instance) = behind_a_proxy(&shop).await;
            let mut statements = 0;
            loop {
                connect(&instance).await;
                proxy.cut_when(place(ANY).nth(statements + 1));
                made += 1;
                assert_eq!(make(&instance, made).await.ok(), Some(true), "{statements}");
                assert_eq!(
                    revoke(&instance, made).await.ok(),
                    Some(true),
                    "{statements}"
                );
                assert_eq!(counts(&shop), format!("{made}|{made}|{}", made * 2));
                if proxy.fired() == statements {
                    break;
                }
                statements += 1;
            }
            assert!(statements >= STATEMENTS_OF_ONE * 2, "only {statements}");
        }
        laws::check(&shop).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_whose_writer_is_cut_off_for_good_has_all_of_it_or_nothing() {
    let shop = Shop::new();
    let mut number = 0;
    for place in PLACES {
        let (proxy, instance) = behind_a_proxy(&shop).await;
        let mut statements = 0;
        loop {
            number += 1;
            connect(&instance).await;
            let before = counts(&shop);
            proxy.refuse(true);
            proxy.cut_when(place(ANY).nth(statements + 1));
            let made = make(&instance, number).await;
            let was_cut = proxy.fired() > statements;
            if !was_cut {
                assert_eq!(made.ok(), Some(true));
                proxy.refuse(false);
                break;
            }
            match made {
                // Surely nothing was done.
                Err(Fault::Determinate(_)) => assert_eq!(counts(&shop), before),
                Err(Fault::Indeterminate(_)) => {}
                other => panic!("{other:?} over a connection that is cut"),
            }
            proxy.refuse(false);
            // A repeat settles it: it is there, whoever made it.
            let again = make(&instance, number).await;
            assert!(again.is_ok(), "{again:?}");
            assert_eq!(revoke(&instance, number).await.ok(), Some(true));
            laws::check(&shop).await;
            statements += 1;
        }
        assert!(statements >= STATEMENTS_OF_ONE, "only {statements}");
    }
    let all = format!("{number}|");
    assert!(counts(&shop).starts_with(&all), "{}", counts(&shop));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_whose_writer_is_cut_off_for_good_is_there_with_its_line_or_not_at_all() {
    let shop = Shop::new();
    let mut number = 0;
    for place in PLACES {
        let (proxy, instance) = behind_a_proxy(&shop).await;
        let mut statements = 0;
        loop {
            number += 1;
            assert_eq!(make(&instance, number).await.ok(), Some(true));
            let before = counts(&shop);
            proxy.refuse(true);
            proxy.cut_when(place(ANY).nth(statements + 1));
            let revoked = revoke(&instance, number).await;
            let was_cut = proxy.fired() > statements;
            match revoked {
                Ok(true) if !was_cut => {
                    proxy.refuse(false);
                    break;
                }
                Err(Fault::Determinate(_)) if was_cut => assert_eq!(counts(&shop), before),
                Err(Fault::Indeterminate(_)) if was_cut => {}
                other => panic!("{other:?}, cut: {was_cut}"),
            }
            proxy.refuse(false);
            laws::check(&shop).await;
            assert_eq!(revoke(&instance, number).await.ok(), Some(true));
            laws::check(&shop).await;
            statements += 1;
        }
        assert!(statements >= STATEMENTS_OF_ONE, "only {statements}");
    }
    assert_eq!(counts(&shop), format!("{number}|{number}|{}", number * 2));
}

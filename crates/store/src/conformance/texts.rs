//! Text of every kind comes back as it was given.

use jumun_domain::limits::{MAX_NAME_CHARS, MAX_NOTE_CHARS};
use jumun_domain::{
    AdjustBalance, AdjustStock, CancelOrder, Charge, Command, CreateCampaign, PutProduct,
    RawDiscount, RegisterUser,
};

use super::expect;
use super::fixtures::{FAR_AHEAD, LONG_AGO};
use super::trial::Trial;

/// What has gone wrong somewhere before: other scripts, characters of four
/// bytes, quotes, escapes, directions, combining marks, look-alike numbers.
const TEXTS: [&str; 12] = [
    "김민지의 주문, 재고 부족",
    "🎁🫖👩‍👩‍👧 gift",
    r#"O'Brien said "no"; -- DROP TABLE users"#,
    r"C:\path\n \u0000 %s {} $1 ?1",
    " spaces at both ends ",
    "null",
    "1e5",
    "00123",
    "العربية and עברית",
    "e\u{301} is not \u{e9}",
    "\u{feff}with a mark in front",
    "\u{10ffff}",
];

/// The texts, and the longest that there may be: of one, three and four bytes a
/// character.
fn texts(most: usize) -> Vec<String> {
    let longest = ["x", "주", "🛒"].map(|it| it.repeat(most));
    TEXTS.into_iter().map(String::from).chain(longest).collect()
}

pub(super) async fn names_come_back_as_they_were_given(trial: &Trial) {
    let buyer = trial.user(1_000_000).await;
    for text in texts(MAX_NAME_CHARS) {
        let user = trial.fresh_user_id();
        let register = RegisterUser::new(user, Some(&text)).unwrap();
        trial.done(Command::RegisterUser(register)).await;
        let product = trial.fresh_product_id();
        let put = PutProduct::new(product, &text, 1, Some(5), true, None).unwrap();
        trial.done(Command::PutProduct(put)).await;
        let discount = RawDiscount::Fixed { amount: 1 };
        let create = CreateCampaign::new(&text, discount, None, LONG_AGO, FAR_AHEAD, 1).unwrap();
        let campaign = expect::campaign(trial.done(Command::CreateCampaign(create)).await);
        let order = trial.order(buyer, &[(product, 1)]).await;

        let store = trial.store();
        let name = store.user(user).await.unwrap().unwrap().name;
        assert_eq!(name.as_deref(), Some(text.as_str()));
        assert_eq!(&*store.product(product).await.unwrap().unwrap().name, text);
        assert_eq!(
            &*store.campaign(campaign.id).await.unwrap().unwrap().name,
            text
        );
        let stored = store.order(order.id).await.unwrap().unwrap();
        assert_eq!((&*stored.lines[0].name, &stored), (text.as_str(), &order));
    }
    // The laws compare the orders with their events, which hold the names too.
    let before = trial.check_laws().await;
    trial.restart().await;
    assert_eq!(trial.snapshot().await, before);
}

pub(super) async fn notes_come_back_as_they_were_given(trial: &Trial) {
    let user = trial.user(1_000_000).await;
    let product = trial.product(1, 1_000_000).await;
    for text in texts(MAX_NOTE_CHARS) {
        let charge = Charge::new(user, 5, Some(&text)).unwrap();
        trial.done(Command::Charge(charge)).await;
        let adjust = AdjustBalance::new(user, -1, &text).unwrap();
        trial.done(Command::AdjustBalance(adjust)).await;
        let adjust = AdjustStock::new(product, 1, Some(&text)).unwrap();
        trial.done(Command::AdjustStock(adjust)).await;
        let order = trial.order(user, &[(product, 1)]).await;
        let cancel = CancelOrder::new(order.id, Some(&text), true).unwrap();
        trial.done(Command::CancelOrder(cancel)).await;

        let shop = trial.snapshot().await;
        let [refund, _payment, adjusted, charged] = &shop.user(user).entries[..4] else {
            unreachable!("four entries were taken");
        };
        let stock = shop.products[0].adjustments.last().unwrap();
        let order = trial.store().order(order.id).await.unwrap().unwrap();
        let cancellation = order.cancellation.as_ref().unwrap();
        let kept = [
            &charged.reference,
            &adjusted.reason,
            &stock.reason,
            &refund.reason,
            &cancellation.reason,
        ];
        for (index, note) in kept.into_iter().enumerate() {
            assert_eq!(note.as_deref(), Some(text.as_str()), "note {index}");
        }
    }
    let before = trial.snapshot().await;
    trial.restart().await;
    assert_eq!(trial.snapshot().await, before);
}

pub(super) async fn answers_are_given_again_with_the_text_they_had(trial: &Trial) {
    let user = trial.user(0).await;
    for (index, text) in texts(MAX_NOTE_CHARS).into_iter().enumerate() {
        let charge = Command::Charge(Charge::new(user, 5, Some(&text)).unwrap());
        let request = super::fixtures::keyed(charge, format!("charge-{index}"));
        let first = trial.decide(request.clone()).await;
        let again = trial.decide(request).await;
        let jumun_domain::Decision::Done(first) = first else {
            panic!("{first:?}")
        };
        assert_eq!(again, jumun_domain::Decision::Replayed(first), "{text}");
    }
}

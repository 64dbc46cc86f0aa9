use uuid::Uuid;

use super::*;
use crate::{
    AdjustBalance, AdjustStock, CampaignId, CancelOrder, Charge, CouponId, CreateCampaign,
    IssueCoupon, OrderId, PlaceOrder, ProductId, PutProduct, RawDiscount, RegisterUser, Timestamp,
    UserId,
};

fn user(id: i64) -> UserId {
    UserId::new(id).unwrap()
}

fn product(id: i64) -> ProductId {
    ProductId::new(id).unwrap()
}

fn campaign(discount: RawDiscount, minimum: Option<i64>) -> Command {
    let (from, until) = (Timestamp::from_micros(1), Timestamp::from_micros(2));
    Command::CreateCampaign(CreateCampaign::new("c", discount, minimum, from, until, 3).unwrap())
}

fn order(items: &[(i64, i64)], coupon: Option<u128>, total: Option<i64>) -> Command {
    let coupon = coupon.map(|id| CouponId(Uuid::from_u128(id)));
    Command::PlaceOrder(PlaceOrder::new(user(7), items.iter().copied(), coupon, total).unwrap())
}

fn cancel(id: u128, reason: Option<&str>, restock: bool) -> Command {
    let id = OrderId(Uuid::from_u128(id));
    Command::CancelOrder(CancelOrder::new(id, reason, restock).unwrap())
}

fn charge(id: i64, amount: i64, reference: Option<&str>) -> Command {
    Command::Charge(Charge::new(user(id), amount, reference).unwrap())
}

/// Fingerprints are kept for ever: a value here may never be changed.
fn pinned() -> Vec<(Command, &'static str)> {
    let fixed = RawDiscount::Fixed { amount: 500 };
    let percent = RawDiscount::Percent {
        percent: 10,
        max_amount: Some(900),
    };
    let put = PutProduct::new(product(3), "shoe", 12_900, Some(5), true, Some(2)).unwrap();
    let take = IssueCoupon {
        campaign_id: CampaignId::FIRST,
        user_id: user(7),
    };
    let balance = AdjustBalance::new(user(7), -5, "typing error").unwrap();
    let stock = AdjustStock::new(product(3), 5, Some("delivery")).unwrap();
    vec![
        (
            Command::RegisterUser(RegisterUser::new(user(7), Some("Kim")).unwrap()),
            "3ebb597952290a5841e486d6b1c75bcc",
        ),
        (
            charge(7, 50_000, Some("card")),
            "75b536e3ce58c360092e52101f2c80d1",
        ),
        (
            Command::AdjustBalance(balance),
            "f4261d5b81d45ebbdf75561e8f70b176",
        ),
        (Command::PutProduct(put), "069671b67bf2d003b800e7966bfdc929"),
        (
            Command::AdjustStock(stock),
            "506f977ad0358219d831a23a699107b1",
        ),
        (campaign(fixed, None), "a9b9fd0cca9b1b8e497d2c94892e2391"),
        (
            campaign(percent, Some(1_000)),
            "b8b5badf93bbf6d9c41b45e630e5f79f",
        ),
        (
            Command::IssueCoupon(take),
            "619a7a289e17526f8aaea8783b598f05",
        ),
        (
            order(&[(3, 2), (4, 1)], Some(9), Some(25_800)),
            "6178f3aecd194cdbe1cfdafc5bc84e65",
        ),
        (
            order(&[(3, 2)], None, None),
            "cc429969f7983532f75e13fbd9b1f257",
        ),
        (
            cancel(8, Some("broken"), false),
            "2222fa70c3fd7bb45c6a3b7e54440ade",
        ),
        (cancel(8, None, true), "02684cd41f891ebd910d113aca64028b"),
    ]
}

fn hexadecimal(command: &Command) -> String {
    Fingerprint::of(command)
        .0
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn the_fingerprint_of_every_kind_of_command_is_pinned() {
    for (command, expected) in pinned() {
        assert_eq!(hexadecimal(&command), expected, "{command:?}");
    }
}

#[test]
fn requests_that_differ_in_one_member_have_different_fingerprints() {
    let percent = |max_amount| RawDiscount::Percent {
        percent: 10,
        max_amount,
    };
    let mut commands: Vec<Command> = pinned().into_iter().map(|(command, _)| command).collect();
    commands.extend([
        charge(8, 50_000, Some("card")),
        charge(7, 50_001, Some("card")),
        charge(7, 50_000, None),
        charge(7, 50_000, Some("card ")),
        Command::AdjustBalance(AdjustBalance::new(user(7), 50_000, "card").unwrap()),
        campaign(percent(None), Some(1_000)),
        campaign(percent(Some(1_000)), Some(900)),
        campaign(percent(Some(900)), None),
        campaign(RawDiscount::Fixed { amount: 10 }, Some(1_000)),
        order(&[(3, 2), (4, 1)], Some(9), None),
        order(&[(3, 2), (4, 1)], None, Some(25_800)),
        order(&[(4, 1), (3, 2)], Some(9), Some(25_800)),
        order(&[(3, 1), (3, 1)], None, None),
        cancel(9, None, true),
        cancel(8, None, false),
        cancel(8, Some("broken"), true),
    ]);
    for (index, command) in commands.iter().enumerate() {
        for other in &commands[..index] {
            assert_ne!(
                Fingerprint::of(command),
                Fingerprint::of(other),
                "{command:?} {other:?}"
            );
        }
    }
}

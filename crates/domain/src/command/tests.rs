use super::*;
use crate::id::OrderId;
use crate::limits::{MAX_KEY_BYTES, MAX_ORDER_LINES};

const MAX: i64 = MAX_SAFE_INTEGER;

fn user() -> UserId {
    UserId::new(1).unwrap()
}

fn product() -> ProductId {
    ProductId::new(1).unwrap()
}

/// The pointers of what was wrong, none where the command was accepted.
fn check<T: std::fmt::Debug>(made: Result<T, Vec<Violation>>, expected: &[&str]) {
    let violations = made.as_ref().err().cloned().unwrap_or_default();
    let pointers: Vec<_> = violations.iter().map(|it| it.pointer.as_str()).collect();
    assert_eq!(pointers, expected, "{made:?}");
}

#[test]
fn texts_are_of_bounded_length_without_control_characters() {
    let longest_name = "가".repeat(MAX_NAME_CHARS);
    let longest_note = "가".repeat(MAX_NOTE_CHARS);
    let table: &[(&str, bool)] = &[
        ("x", true),
        ("", false),
        ("two\nlines", false),
        ("nul\0", false),
        ("김 👟", true),
    ];
    for (text, accepted) in table {
        let bad = |pointer| if *accepted { vec![] } else { vec![pointer] };
        check(RegisterUser::new(user(), Some(text)), &bad("/name"));
        check(
            PutProduct::new(product(), text, 1, None, true, None),
            &bad("/name"),
        );
        check(Charge::new(user(), 1, Some(text)), &bad("/reference"));
        check(AdjustBalance::new(user(), 1, text), &bad("/reason"));
        check(AdjustStock::new(product(), 1, Some(text)), &bad("/reason"));
        check(
            CancelOrder::new(OrderId(uuid::Uuid::nil()), Some(text), true),
            &bad("/reason"),
        );
    }
    check(RegisterUser::new(user(), Some(&longest_name)), &[]);
    check(
        RegisterUser::new(user(), Some(&format!("{longest_name}가"))),
        &["/name"],
    );
    check(AdjustBalance::new(user(), 1, &longest_note), &[]);
    check(
        AdjustBalance::new(user(), 1, &format!("{longest_note}가")),
        &["/reason"],
    );
}

#[test]
fn numbers_are_accepted_up_to_the_ends_of_their_ranges() {
    for (amount, accepted) in [
        (1, true),
        (MAX, true),
        (0, false),
        (-1, false),
        (MAX + 1, false),
        (i64::MIN, false),
    ] {
        let bad = |pointer| if accepted { vec![] } else { vec![pointer] };
        check(Charge::new(user(), amount, None), &bad("/amount"));
        check(
            PutProduct::new(product(), "x", 0, None, true, Some(amount)),
            &bad("/maxPerUser"),
        );
    }
    for (amount, accepted) in [
        (-1, true),
        (1, true),
        (-MAX, true),
        (MAX, true),
        (0, false),
        (MAX + 1, false),
        (-MAX - 1, false),
        (i64::MIN, false),
    ] {
        let bad = |pointer| if accepted { vec![] } else { vec![pointer] };
        check(AdjustBalance::new(user(), amount, "why"), &bad("/amount"));
        check(AdjustStock::new(product(), amount, None), &bad("/delta"));
    }
    for (amount, accepted) in [
        (0, true),
        (MAX, true),
        (-1, false),
        (MAX + 1, false),
        (i64::MAX, false),
    ] {
        let bad = |pointer| if accepted { vec![] } else { vec![pointer] };
        check(
            PutProduct::new(product(), "x", amount, None, true, None),
            &bad("/price"),
        );
        check(
            PutProduct::new(product(), "x", 0, Some(amount), true, None),
            &bad("/stock"),
        );
    }
}

#[test]
fn everything_wrong_with_a_command_is_told_at_once() {
    let made = PutProduct::new(product(), "", -1, Some(-1), true, Some(0));
    check(made, &["/name", "/price", "/stock", "/maxPerUser"]);
    let (early, late) = (Timestamp::from_micros(5), Timestamp::from_micros(6));
    let percent = |percent, max_amount| RawDiscount::Percent {
        percent,
        max_amount,
    };
    let fixed = |amount| RawDiscount::Fixed { amount };
    check(
        CreateCampaign::new("", percent(0, Some(0)), Some(-1), late, early, 0),
        &[
            "/name",
            "/discount/percent",
            "/discount/maxAmount",
            "/minimumSubtotal",
            "/validUntil",
            "/quantity",
        ],
    );
    check(
        CreateCampaign::new("x", fixed(1), None, early, early, 1),
        &["/validUntil"],
    );
    check(
        CreateCampaign::new("x", fixed(0), None, early, late, 1),
        &["/discount/amount"],
    );
    check(
        CreateCampaign::new("x", percent(101, None), None, early, late, 1),
        &["/discount/percent"],
    );
    check(
        CreateCampaign::new("x", percent(356, None), None, early, late, 1),
        &["/discount/percent"],
    );
    check(
        CreateCampaign::new("x", percent(100, Some(1)), Some(0), early, late, MAX),
        &[],
    );
}

#[test]
fn the_lines_of_an_order_are_checked_one_by_one() {
    let order =
        |items: &[(i64, i64)], total| PlaceOrder::new(user(), items.iter().copied(), None, total);
    check(order(&[(1, 1), (MAX, MAX)], Some(0)), &[]);
    check(order(&[], None), &["/items"]);
    check(order(&[], Some(-1)), &["/items", "/expectedTotal"]);
    check(order(&[(1, 1); MAX_ORDER_LINES], None), &[]);
    check(order(&[(1, 1); MAX_ORDER_LINES + 1], None), &["/items"]);
    check(
        order(&[(0, 1), (1, 0), (1, 1), (-1, MAX + 1)], Some(MAX + 1)),
        &[
            "/items/0/productId",
            "/items/1/quantity",
            "/items/3/productId",
            "/items/3/quantity",
            "/expectedTotal",
        ],
    );
}

#[test]
fn a_request_carries_the_fingerprint_of_its_own_command() {
    let charge = |amount| Command::Charge(Charge::new(user(), amount, None).unwrap());
    let key = IdempotencyKey::parse(&"k".repeat(MAX_KEY_BYTES)).unwrap();
    let request = Request::new(charge(1), Some(key.clone()));
    let idempotency = request.idempotency.unwrap();
    assert_eq!(
        (idempotency.key, idempotency.fingerprint),
        (key, Fingerprint::of(&charge(1)))
    );
    assert_eq!(Request::new(charge(1), None).idempotency, None);
}

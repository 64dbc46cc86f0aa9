//! Random scripts: few ids, so that collisions, short stock, sold-out coupons
//! and reused keys happen often, and now and then numbers at the ends of the range.

use proptest::prelude::*;

use crate::vocabulary::{
    Action, CampaignTerms, Condition, Expected, Off, OrderTerms, Pick, ProductTerms, Step,
};

/// 2^53 − 1, written out as the contract has it.
pub(crate) const MAX: i64 = 9_007_199_254_740_991;

/// Steps after the opening: enough for a coupon to be taken, used, returned
/// and used again among everything else.
const MOST_STEPS: usize = 60;

/// Ids run from 1 to this; the last of them is unknown to most shops.
const IDS: i64 = 4;

const HOUR: i64 = 3_600_000_000;

/// How often a number lies at an end of the range, in percent.
#[derive(Clone, Copy, Debug)]
struct Extremes(u32);

/// A shop being opened and then used.
pub(crate) fn script() -> impl Strategy<Value = Vec<Step>> {
    prop_oneof![4 => Just(Extremes(2)), 1 => Just(Extremes(40))].prop_flat_map(|extremes| {
        let rest = prop::collection::vec(step(extremes), 1..=MOST_STEPS);
        (opening(extremes), rest).prop_map(|(mut steps, rest)| {
            steps.extend(rest);
            steps
        })
    })
}

fn opening(extremes: Extremes) -> impl Strategy<Value = Vec<Step>> {
    let plain = |action| Step {
        advance: 1,
        key: None,
        by: Some("ann"),
        action,
    };
    let charges = prop::collection::vec(number(extremes, 3_000), 3);
    let products = prop::collection::vec(terms(extremes), 3);
    (charges, products, campaign(extremes)).prop_map(move |(charges, products, campaign)| {
        let mut steps = Vec::new();
        for (user, amount) in (1..).zip(charges) {
            steps.push(plain(Action::Register { user, name: None }));
            steps.push(plain(Action::Charge {
                user,
                amount,
                reference: None,
            }));
        }
        for (product, terms) in (1..).zip(products) {
            steps.push(plain(Action::PutProduct {
                product,
                terms,
                condition: Condition::Nothing,
            }));
        }
        steps.push(plain(Action::CreateCampaign(campaign)));
        for user in 1..=3 {
            steps.push(plain(Action::IssueCoupon { campaign: 1, user }));
        }
        steps
    })
}

fn step(extremes: Extremes) -> impl Strategy<Value = Step> {
    let advance = prop_oneof![60 => 0..=3i64, 6 => -3..=0i64, 1 => Just(HOUR)];
    let key = prop_oneof![1 => Just(None), 1 => (0..20u8).prop_map(Some)];
    let by = prop_oneof![
        2 => Just(Some("ann")),
        1 => Just(Some("bob")),
        1 => Just(None),
    ];
    (advance, key, by, action(extremes)).prop_map(|(advance, key, by, action)| Step {
        advance,
        key,
        by,
        action,
    })
}

fn action(extremes: Extremes) -> BoxedStrategy<Action> {
    let register = (id(), text()).prop_map(|(user, name)| Action::Register { user, name });
    let charge = (id(), number(extremes, 400), text()).prop_map(|(user, amount, reference)| {
        Action::Charge {
            user,
            amount,
            reference,
        }
    });
    let adjust_balance =
        (id(), signed(extremes, 150)).prop_map(|(user, amount)| Action::AdjustBalance {
            user,
            amount,
            reason: "mistake",
        });
    let put = (id(), terms(extremes), condition()).prop_map(|(product, terms, condition)| {
        Action::PutProduct {
            product,
            terms,
            condition,
        }
    });
    let adjust_stock = (id(), signed(extremes, 8), text()).prop_map(|(product, delta, reason)| {
        Action::AdjustStock {
            product,
            delta,
            reason,
        }
    });
    let create = campaign(extremes).prop_map(Action::CreateCampaign);
    let issue = (id(), id()).prop_map(|(campaign, user)| Action::IssueCoupon { campaign, user });
    let place = order(extremes).prop_map(Action::PlaceOrder);
    let cancel =
        (pick(), any::<bool>(), text()).prop_map(|(order, restock, reason)| Action::CancelOrder {
            order,
            restock,
            reason,
        });
    let repeat = (0..12usize).prop_map(|back| Action::Repeat(Pick::Any(back)));
    prop_oneof![
        1 => register,
        4 => charge,
        2 => adjust_balance,
        2 => put,
        3 => adjust_stock,
        2 => create,
        5 => issue,
        20 => place,
        6 => cancel,
        5 => repeat,
    ]
    .boxed()
}

fn terms(extremes: Extremes) -> impl Strategy<Value = ProductTerms> {
    let limit = prop_oneof![3 => Just(None), 1 => number(extremes, 9).prop_map(Some)];
    let stock = prop::option::weighted(0.9, number(extremes, 60));
    let name = prop_oneof![20 => Just("shoe"), 20 => Just("coat"), 1 => Just("")];
    (
        name,
        number(extremes, 40),
        stock,
        prop::bool::weighted(0.92),
        limit,
    )
        .prop_map(|(name, price, stock, active, limit)| ProductTerms {
            name,
            price,
            stock,
            active,
            limit,
        })
}

fn condition() -> impl Strategy<Value = Condition> {
    let put = prop_oneof![
        4 => (0..2usize).prop_map(Pick::Own),
        2 => (0..20usize).prop_map(Pick::Any),
        1 => Just(Pick::Unknown),
    ];
    prop_oneof![
        6 => Just(Condition::Nothing),
        1 => Just(Condition::Absent),
        1 => Just(Condition::Present),
        4 => prop::collection::vec(put, 0..=3).prop_map(Condition::AsPutBy),
    ]
}

fn campaign(extremes: Extremes) -> impl Strategy<Value = CampaignTerms> {
    let fixed = number(extremes, 60).prop_map(Off::Fixed);
    let percent = prop_oneof![6 => 1..=100i64, 1 => 0..=101i64, 1 => Just(i64::MIN)];
    let percent = (percent, prop::option::of(number(extremes, 30)))
        .prop_map(|(percent, most)| Off::Percent(percent, most));
    let minimum = prop::option::weighted(0.4, number(extremes, 120));
    let length = prop_oneof![2 => 20..=150i64, 2 => Just(2 * HOUR), 1 => 0..=20i64];
    let from = prop_oneof![3 => Just(0i64), 1 => -10..=10i64];
    (
        prop_oneof![fixed, percent],
        minimum,
        from,
        length,
        number(extremes, 4),
    )
        .prop_map(|(discount, minimum, from, length, quantity)| {
            let until = from + length;
            CampaignTerms {
                discount,
                minimum,
                from,
                until,
                quantity,
            }
        })
}

fn order(extremes: Extremes) -> impl Strategy<Value = OrderTerms> {
    let quantity = prop_oneof![60 => 1..=4i64, 2 => number(extremes, 20), 1 => Just(0i64)];
    let product = prop_oneof![80 => id(), 1 => Just(0i64), 1 => Just(MAX)];
    let items = prop::collection::vec((product, quantity), 1..=4);
    let items = prop_oneof![40 => items, 1 => Just(Vec::new()), 1 => Just(vec![(1, 1); 101])];
    let coupon = prop_oneof![
        3 => Just(None),
        3 => (0..4usize).prop_map(|nth| Some(Pick::Own(nth))),
        1 => pick().prop_map(Some),
    ];
    let expected = prop_oneof![
        5 => Just(None),
        2 => Just(Some(Expected::Quoted)),
        1 => number(extremes, 100).prop_map(|total| Some(Expected::Exactly(total))),
    ];
    (id(), items, coupon, expected).prop_map(|(user, items, coupon, expected)| OrderTerms {
        user,
        items,
        coupon,
        expected,
    })
}

fn id() -> impl Strategy<Value = i64> {
    prop_oneof![30 => 1..IDS, 1 => Just(IDS)]
}

fn pick() -> impl Strategy<Value = Pick> {
    prop_oneof![8 => (0..40usize).prop_map(Pick::Any), 1 => Just(Pick::Unknown)]
}

fn text() -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![20 => Just(None), 10 => Just(Some("김")), 1 => Just(Some("")), 1 => Just(Some("a\tb"))]
}

/// Mostly 0 to `usual`, sometimes at an end of the range or beyond it.
fn number(extremes: Extremes, usual: i64) -> BoxedStrategy<i64> {
    let edges = prop::sample::select(vec![
        -1,
        MAX / 2,
        MAX / 2 + 1,
        MAX - 100,
        MAX - 1,
        MAX,
        MAX,
        MAX + 1,
        i64::MAX,
        i64::MIN,
    ]);
    prop_oneof![100 - extremes.0 => 0..=usual, extremes.0 => edges].boxed()
}

fn signed(extremes: Extremes, usual: i64) -> impl Strategy<Value = i64> {
    (number(extremes, usual), any::<bool>()).prop_map(|(value, negative)| {
        if negative {
            value.wrapping_neg()
        } else {
            value
        }
    })
}

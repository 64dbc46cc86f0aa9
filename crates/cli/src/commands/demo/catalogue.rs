//! What the demonstration shop sells, to whom, and with which coupons.

/// A product on the shelf.
pub(super) struct Article {
    /// The name, Korean and English.
    pub(super) name: &'static str,
    /// The price in won.
    pub(super) price: i64,
    /// The stock on opening, and what a delivery fills up to.
    pub(super) stock: i64,
}

const fn article(name: &'static str, price: i64, stock: i64) -> Article {
    Article { name, price, stock }
}

/// The shelf, best sellers first. Product ids are places in this list, from 1.
pub(super) const ARTICLES: &[Article] = &[
    article("제주 감귤 3kg · Jeju Tangerines 3 kg", 15_900, 3_000),
    article("신라면 20봉 · Spicy Ramyeon, 20 packs", 16_800, 3_000),
    article("한우 불고기 600g · Hanwoo Bulgogi 600 g", 38_900, 400),
    article("포기김치 5kg · Cabbage Kimchi 5 kg", 32_500, 600),
    article("햇반 24개입 · Instant Rice, 24 bowls", 25_900, 1_500),
    article("조미김 선물세트 · Roasted Seaweed Gift Set", 21_900, 800),
    article("드립백 커피 50개입 · Drip Bag Coffee, 50", 27_000, 700),
    article("샤인머스캣 2kg · Shine Muscat Grapes 2 kg", 34_900, 120),
    article("생수 2L 12병 · Spring Water 2 L, 12", 11_400, 2_000),
    article("참기름 320ml · Sesame Oil 320 ml", 9_900, 900),
    article("고추장 1kg · Gochujang 1 kg", 12_800, 900),
    article("된장 1kg · Doenjang 1 kg", 10_900, 700),
    article("만두 1.4kg · Mandu Dumplings 1.4 kg", 13_500, 800),
    article("떡볶이 밀키트 · Tteokbokki Meal Kit", 8_900, 600),
    article("인삼차 100포 · Ginseng Tea, 100 sticks", 29_800, 200),
    article("무선 이어폰 · Wireless Earphones", 89_000, 150),
    article("기계식 키보드 · Mechanical Keyboard", 129_000, 60),
    article("게이밍 마우스 · Gaming Mouse", 59_000, 90),
    article("보조 배터리 20000mAh · Power Bank", 36_900, 200),
    article("텀블러 500ml · Tumbler 500 ml", 24_000, 300),
    article("공기청정기 · Air Purifier", 189_000, 15),
    article("로봇 청소기 · Robot Vacuum", 399_000, 8),
    article("선크림 SPF50+ · Sunscreen SPF50+", 18_500, 900),
    article("시트 마스크 30매 · Sheet Masks, 30", 22_000, 700),
    article("쿠션 파운데이션 · Cushion Foundation", 34_000, 250),
    article("한복 원피스 · Modern Hanbok Dress", 119_000, 12),
    article("수저 세트 · Spoon and Chopstick Set", 27_500, 100),
    article("도자기 찻잔 · Porcelain Tea Cup", 42_000, 40),
    article("캠핑 의자 · Camping Chair", 49_900, 80),
    article("등산 배낭 30L · Hiking Backpack 30 L", 79_000, 35),
    article("요가 매트 · Yoga Mat", 31_000, 120),
    article("어린이 그림책 · Picture Book", 13_000, 90),
    article("한글 블록 · Hangul Blocks", 28_000, 45),
    article("고양이 사료 5kg · Cat Food 5 kg", 37_900, 160),
    article("한정판 LP · Limited Edition LP", 66_000, 3),
    article("콘서트 응원봉 · Concert Light Stick", 45_000, 5),
];

/// The product of the lines to paste: a hot seller that is always delivered in
/// time, so that what is pasted works.
pub(super) const PASTED_PRODUCT: i64 = 1;

/// A campaign as `POST /campaigns` takes it.
pub(super) struct Offer {
    /// The name, Korean and English.
    pub(super) name: &'static str,
    /// The discount, a JSON object.
    pub(super) discount: &'static str,
    /// The least subtotal.
    pub(super) minimum_subtotal: i64,
    /// How many coupons there are.
    pub(super) quantity: i64,
}

/// The campaigns of the opening.
pub(super) const OFFERS: &[Offer] = &[
    Offer {
        name: "신규 회원 5,000원 · Welcome 5,000 won",
        discount: r#"{"type":"FIXED","amount":5000}"#,
        minimum_subtotal: 20_000,
        quantity: 100_000,
    },
    Offer {
        name: "가을 세일 10% · Autumn Sale 10%",
        discount: r#"{"type":"PERCENT","percent":10,"maxAmount":10000}"#,
        minimum_subtotal: 30_000,
        quantity: 100_000,
    },
    FLASH_OFFER,
];

/// First come, first served; a new one is opened now and then.
pub(super) const FLASH_OFFER: Offer = Offer {
    name: "선착순 반값 · First Come, Half Price",
    discount: r#"{"type":"PERCENT","percent":50,"maxAmount":30000}"#,
    minimum_subtotal: 10_000,
    quantity: 30,
};

/// Shoppers. Their ids are 1, 2, 3, …
pub(super) const USERS: i64 = 200;

const FAMILY_NAMES: &[&str] = &["김", "이", "박", "최", "정", "강", "조", "윤", "장", "임"];
const GIVEN_NAMES: &[&str] = &[
    "민지", "서준", "하윤", "도윤", "지우", "예준", "서연", "현우", "수아", "지호", "은서", "준서",
    "나연", "시우", "유진", "건우", "다은", "태윤", "소율", "민재",
];

/// The name of a shopper; no two of the [`USERS`] share one.
pub(super) fn user_name(user: i64) -> String {
    let place = usize::try_from(user - 1).unwrap_or_default();
    let family = FAMILY_NAMES[place % FAMILY_NAMES.len()];
    let given = GIVEN_NAMES[place / FAMILY_NAMES.len() % GIVEN_NAMES.len()];
    format!("{family}{given}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_shopper_has_a_name_of_their_own() {
        let names: HashSet<String> = (1..=USERS).map(user_name).collect();
        assert_eq!(names.len(), usize::try_from(USERS).unwrap());
    }

    #[test]
    fn every_discount_is_json() {
        for offer in OFFERS {
            serde_json::from_str::<serde_json::Value>(offer.discount).unwrap();
        }
    }
}

use super::*;

const NOW_S: u64 = 1_700_000_000;

fn secret(letter: char) -> Secret {
    let key = BASE64.encode(letter.to_string().repeat(32));
    format!("whsec_{key}").parse().unwrap()
}

#[test]
fn what_is_signed_is_believed_and_nothing_else() {
    let signable = Signable {
        id: "id",
        timestamp_s: NOW_S,
        body: b"body",
    };
    let signed = signable.sign(&[secret('a')]);
    let received = Received {
        id: "id",
        timestamp: &NOW_S.to_string(),
        signature: &signed,
        body: b"body",
    };
    let check = |received: Received<'_>, now_s: u64, expected: Result<(), VerifyError>| {
        assert_eq!(
            received.verify(&[secret('a')], now_s),
            expected,
            "{received:?}"
        );
    };
    let time = |apart_s| Err(VerifyError::Time { apart_s });
    check(received, NOW_S, Ok(()));
    check(received, NOW_S + TOLERANCE_S, Ok(()));
    check(received, NOW_S - TOLERANCE_S, Ok(()));
    check(received, NOW_S + TOLERANCE_S + 1, time(TOLERANCE_S + 1));
    check(received, NOW_S - TOLERANCE_S - 1, time(TOLERANCE_S + 1));
    let wrong = || Err(VerifyError::Signature);
    check(
        Received {
            id: "di",
            ..received
        },
        NOW_S,
        wrong(),
    );
    check(
        Received {
            body: b"body ",
            ..received
        },
        NOW_S,
        wrong(),
    );
    let later = (NOW_S + 1).to_string();
    check(
        Received {
            timestamp: &later,
            ..received
        },
        NOW_S,
        wrong(),
    );
    check(
        Received {
            timestamp: "",
            ..received
        },
        NOW_S,
        Err(VerifyError::Timestamp),
    );
    for signature in [
        "",
        "v1,",
        "v1",
        "v2,AAAA",
        &signed[..20],
        &signed.replace("v1", "v2"),
    ] {
        check(
            Received {
                signature,
                ..received
            },
            NOW_S,
            wrong(),
        );
    }
    let among_others = format!("v1a,AAAA {signed} v1,AAAA");
    check(
        Received {
            signature: &among_others,
            ..received
        },
        NOW_S,
        Ok(()),
    );
}

#[test]
fn while_secrets_change_a_receiver_may_know_either() {
    let signable = Signable {
        id: "id",
        timestamp_s: NOW_S,
        body: b"body",
    };
    let signed = signable.sign(&[secret('a'), secret('b')]);
    let received = Received {
        id: "id",
        timestamp: &NOW_S.to_string(),
        signature: &signed,
        body: b"body",
    };
    let check = |known: &[Secret], expected: bool| {
        assert_eq!(
            received.verify(known, NOW_S).is_ok(),
            expected,
            "{}",
            known.len()
        );
    };
    check(&[secret('a')], true);
    check(&[secret('b')], true);
    check(&[secret('c'), secret('b')], true);
    check(&[secret('c')], false);
    check(&[], false);
}

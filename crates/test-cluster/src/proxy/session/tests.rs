use Verdict::{Cut, Pass, PassAndCut, Withhold};

use super::super::point::{Point, Points};
use super::{Session, Verdict};

/// Who says something, and what becomes of it.
enum Said {
    Client(Vec<u8>, Verdict),
    Server(Vec<u8>, Verdict),
}
use Said::{Client, Server};

/// A message: a type, a length and a body.
fn message(kind: u8, body: &str) -> Vec<u8> {
    let length = u32::try_from(4 + body.len()).expect("a short body");
    [&[kind][..], &length.to_be_bytes(), body.as_bytes()].concat()
}

/// A first packet of a client: a length and a code.
fn startup(code: u32) -> Vec<u8> {
    [8_u32.to_be_bytes(), code.to_be_bytes()].concat()
}

const VERSION_3: u32 = 3 << 16;
const TLS: u32 = 80_877_103;

/// The beginning of a session.
fn begun() -> Vec<Said> {
    vec![
        Client(startup(VERSION_3), Pass),
        Server(message(b'R', "\0\0\0\0"), Pass),
        Server(message(b'Z', "I"), Pass),
    ]
}

/// Says all of it, each message byte by byte, and checks what becomes of it.
fn check(name: &str, point: Point, talk: Vec<Said>) {
    let (mut session, mut points) = (Session::default(), Points::default());
    points.add(point);
    for (count, said) in talk.into_iter().enumerate() {
        let (verdict, expected) = match said {
            Client(sent, expected) => {
                for end in 0..sent.len() {
                    assert_eq!(
                        session.length_from_client(&sent[..end]),
                        None,
                        "{name} {count}"
                    );
                }
                assert_eq!(
                    session.length_from_client(&sent),
                    Some(sent.len()),
                    "{name} {count}"
                );
                (session.client_sends(&sent, &mut points), expected)
            }
            Server(sent, expected) => {
                for end in 0..sent.len() {
                    assert_eq!(
                        session.length_from_server(&sent[..end]),
                        None,
                        "{name} {count}"
                    );
                }
                assert_eq!(
                    session.length_from_server(&sent),
                    Some(sent.len()),
                    "{name} {count}"
                );
                (session.server_sends(&sent, &mut points), expected)
            }
        };
        assert_eq!(verdict, expected, "{name}: message {count}");
    }
}

#[test]
fn each_message_is_passed_on_withheld_or_cut_as_the_point_says() {
    let prepare = || vec![Client(message(b'P', "s\0COMMIT\0"), Pass)];
    let run = |verdict| {
        vec![
            Client(message(b'B', "p\0s\0value"), Pass),
            Client(message(b'E', "p\0"), verdict),
        ]
    };
    let table = [
        (
            "a simple query before it",
            Point::before("COMMIT"),
            vec![Client(message(b'Q', "COMMIT\0"), Cut)],
        ),
        (
            "a simple query after it",
            Point::after("COMMIT"),
            vec![
                Client(message(b'Q', "SELECT\0"), Pass),
                Client(message(b'Q', "COMMIT\0"), PassAndCut),
            ],
        ),
        (
            "a prepared statement before it",
            Point::before("COMMIT"),
            [prepare(), run(Cut)].into_iter().flatten().collect(),
        ),
        (
            "a parameter before it",
            Point::before("value"),
            [prepare(), run(Cut)].into_iter().flatten().collect(),
        ),
        (
            "a prepared statement with its batch",
            Point::after("COMMIT"),
            [
                prepare(),
                run(Pass),
                vec![Client(message(b'S', ""), PassAndCut)],
            ]
            .into_iter()
            .flatten()
            .collect(),
        ),
        (
            "the answer of a pipelined statement and no earlier one",
            Point::after_answer("COMMIT"),
            vec![
                Client(message(b'Q', "SELECT\0"), Pass),
                Client(message(b'Q', "COMMIT\0"), Pass),
                Server(message(b'C', "SELECT 0\0"), Pass),
                Server(message(b'Z', "T"), Pass),
                Server(message(b'C', "COMMIT\0"), Withhold),
                Server(message(b'Z', "I"), Cut),
            ],
        ),
        (
            "the answer after a copy whose first Sync is ignored",
            Point::after_answer("COMMIT"),
            vec![
                Client(message(b'S', ""), Pass),
                Server(message(b'G', ""), Pass),
                Client(message(b'c', ""), Pass),
                Client(message(b'S', ""), Pass),
                Client(message(b'Q', "COMMIT\0"), Pass),
                Server(message(b'Z', "T"), Pass),
                Server(message(b'Z', "I"), Cut),
            ],
        ),
        (
            "the answer after a copy in a simple query",
            Point::after_answer("COMMIT"),
            vec![
                Client(message(b'Q', "COPY\0"), Pass),
                Server(message(b'G', ""), Pass),
                Client(message(b'c', ""), Pass),
                Client(message(b'Q', "COMMIT\0"), Pass),
                Server(message(b'Z', "T"), Pass),
                Server(message(b'Z', "I"), Cut),
            ],
        ),
    ];
    for (name, point, talk) in table {
        check(name, point, begun().into_iter().chain(talk).collect());
    }
}

#[test]
fn a_session_that_is_not_encrypted_after_all_is_read() {
    let refused = vec![Client(startup(TLS), Pass), Server(b"N".to_vec(), Pass)];
    let query = Client(message(b'Q', "COMMIT\0"), Cut);
    let talk = refused.into_iter().chain(begun()).chain([query]);
    check("refused", Point::before("COMMIT"), talk.collect());
}

#[test]
fn what_is_no_message_is_passed_on_as_it_comes() {
    let mut points = Points::default();
    points.add(Point::before(""));
    let greeting_of_tls = b"\x16\x03\x01\x02\x00\x01";
    let mut direct = Session::default();
    assert_eq!(direct.length_from_client(greeting_of_tls), Some(6));
    assert_eq!(direct.client_sends(greeting_of_tls, &mut points), Pass);
    let mut asked = Session::default();
    assert_eq!(asked.client_sends(&startup(TLS), &mut points), Pass);
    assert_eq!(asked.server_sends(b"S", &mut points), Pass);
    let query = message(b'Q', "COMMIT\0");
    assert_eq!(asked.length_from_client(&query[..3]), Some(3));
    assert_eq!(asked.client_sends(&query, &mut points), Pass);
    assert_eq!(asked.length_from_server(&query[..3]), Some(3));
    assert_eq!(points.fired(), 0);
}

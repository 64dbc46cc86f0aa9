use super::super::products::ProductRow;
use super::super::users::UserRow;
use super::*;

/// What a file comes to: the lines of its rows, or what is told.
fn outcome<R: Row>(bytes: &[u8]) -> Result<Vec<u64>, String> {
    match read::<R>(bytes) {
        Ok(sheet) if sheet.problems.is_empty() => {
            Ok(sheet.rows.iter().map(|row| row.line).collect())
        }
        Ok(sheet) => Err(sheet.problems.to_string()),
        Err(BadSheet::Header(told)) => Err(told),
        Err(other) => panic!("{other:?}"),
    }
}

fn good<R: Row>(text: &str, lines: &[u64]) {
    assert_eq!(
        outcome::<R>(text.as_bytes()),
        Ok(lines.to_vec()),
        "{text:?}"
    );
}

fn bad<R: Row>(bytes: &[u8], expected: &[&str]) {
    let told = outcome::<R>(bytes).expect_err("the file is bad");
    for part in expected {
        assert!(told.contains(part), "{told:?} lacks {part:?}");
    }
}

#[test]
fn a_file_may_have_a_mark_carriage_returns_quotes_blank_lines_and_any_order_of_columns() {
    good::<UserRow>("userId,name,balance\n1,Kim,0\n2,Lee,500\n", &[2, 3]);
    good::<UserRow>("userId,name,balance\n1,Kim,0\n2,Lee,500", &[2, 3]);
    good::<UserRow>(
        "\u{feff}userId,name,balance\r\n1,김민지,1000\r\n2,,0\r\n",
        &[2, 3],
    );
    good::<UserRow>(
        "balance, userId ,name\n\n100,7,\"Lee, \"\"Jun\"\"\"\n",
        &[3],
    );
    good::<UserRow>("userId,name,balance\n", &[]);
    good::<ProductRow>("productId,name,price,stock\n1,\"Tea, green\",0,0\n", &[2]);
}

#[test]
fn a_quoted_name_keeps_its_commas_and_quotes() {
    let sheet =
        read::<UserRow>(&b"userId,name,balance\n7,\"Lee, \"\"Jun\"\"\",5\n"[..]).expect("good");
    let commands = sheet.rows[0].row.clone().into_commands();
    let told = format!("{commands:?}");
    assert!(
        told.contains(r#"Lee, \"Jun\""#) && told.contains("Charge"),
        "{told}"
    );
}

#[test]
fn an_opening_balance_of_zero_is_no_charge() {
    let sheet = read::<UserRow>(&b"userId,name,balance\n7,Lee,0\n"[..]).expect("good");
    assert_eq!(sheet.rows[0].row.clone().into_commands().len(), 1);
}

#[test]
fn a_wrong_header_is_told_with_the_right_one() {
    bad::<UserRow>(
        b"1,Kim,0\n",
        &["line 1", "`1` is no column", "userId,name,balance"],
    );
    bad::<UserRow>(
        b"",
        &["line 1", "`userId` is missing", "userId,name,balance"],
    );
    bad::<UserRow>(b"userId,name\n", &["`balance` is missing"]);
    bad::<UserRow>(b"userId,name,balance,name\n", &["`name` is there twice"]);
    bad::<ProductRow>(b"productId,name,price,amount\n", &["`amount` is no column"]);
}

#[test]
fn every_bad_row_is_named_by_the_line_it_begins_on() {
    bad::<UserRow>(
        b"userId,name,balance\n0,a,0\n1,b,-1\n2,c,1.5\n3,d\n4,\"e\ne\",0\n5,f,\n6,g,\"1,000\"\n",
        &[
            "7 rows are bad; nothing was imported",
            "line 2: userId 0 is not a positive whole number",
            "line 3: balance has to be from 0 to 9007199254740991",
            "line 4: balance `1.5` is not a whole number",
            "line 5: 2 fields instead of 3",
            "line 6: name has a control character",
            "line 8: balance is missing",
            "line 9: balance `1,000` is not a whole number",
        ],
    );
    bad::<UserRow>(
        b"userId,name,balance\n1,\xb1\xe8,0\n",
        &["line 2: not in UTF-8"],
    );
    bad::<UserRow>(
        b"userId,name,balance\n1,a,0\n2,b,0\n1,c,0\n",
        &["1 row is bad", "line 4: userId 1 is on line 2 too"],
    );
    bad::<ProductRow>(
        b"productId,name,price,stock\nx,,,\n1,,-1,-2\n",
        &[
            "line 2: productId `x` is not a whole number without separators; price is missing",
            "line 3: name has to have 1 to 200 characters; price has to be from 0",
        ],
    );
}

#[test]
fn a_file_full_of_bad_rows_names_the_first_and_counts_the_rest() {
    let text = format!("userId,name,balance\n{}", "0,a,0\n".repeat(1_000));
    bad::<UserRow>(
        text.as_bytes(),
        &["1000 rows are bad", "line 21: ", "and 980 more"],
    );
}

#[test]
fn the_digest_is_of_the_bytes_of_the_file() {
    let digest = |text: &str| read::<UserRow>(text.as_bytes()).expect("good").digest;
    let one = digest("userId,name,balance\n1,a,0\n");
    assert_eq!(one, digest("userId,name,balance\n1,a,0\n"));
    assert_ne!(one, digest("userId,name,balance\r\n1,a,0\r\n"));
}

#[test]
fn rows_after_one_that_is_not_utf_8_are_named_by_their_own_lines() {
    let table: [(&[u8], [&str; 3]); 4] = [
        (
            b"1,\xb1\xe8,0\n2,b,x\n\n3,c,x\n",
            ["line 2: not in", "line 3: b", "line 5: b"],
        ),
        (
            b"1,\xb1\xe8,0\r\n2,b,x\r\n\r\n3,c,x",
            ["line 2: not in", "line 3: b", "line 5: b"],
        ),
        (
            b"1,\"\xb1\n\xe8\",0\n2,b,x\n3,c,x\n",
            ["line 2: not in", "line 4: b", "line 5: b"],
        ),
        (
            b"1,\xff\"\xfe,0\n2,b,x\n3,\"c\n",
            ["line 2: not in", "line 3: b", "line 4: a quote"],
        ),
    ];
    for (rows, expected) in table {
        let bytes = [&b"userId,name,balance\n"[..], rows].concat();
        bad::<UserRow>(&bytes, &[&expected[..], &["3 rows are bad"]].concat());
    }
}

#[test]
fn a_quote_that_is_never_closed_is_named_by_the_line_it_was_opened_on() {
    let table: [(&str, &[&str]); 4] = [
        (
            "1,a,0\n2,\"b,0\n3,c,0\n",
            &[
                "1 row is bad",
                "line 3: a quote opened on line 3 is never closed",
            ],
        ),
        (
            "1,a,0\n2,\"b,0\n3,c,0",
            &[
                "1 row is bad",
                "line 3: a quote opened on line 3 is never closed",
            ],
        ),
        (
            "1,\"a\nb\",\"0\n",
            &["line 3: a quote opened on line 3 is never closed"],
        ),
        (
            "0,a,0\n2,b,\"",
            &[
                "2 rows are bad",
                "line 2: userId 0",
                "line 3: a quote opened on line 3",
            ],
        ),
    ];
    for (rows, expected) in table {
        bad::<UserRow>(format!("userId,name,balance\n{rows}").as_bytes(), expected);
    }
    bad::<UserRow>(
        b"userId,\"name,balance\n1,a,0\n",
        &["a quote opened on line 1 is never closed"],
    );
    // It reaches over more than one piece of reading, and an even number of
    // quotes is no sign that all is well.
    let long = format!(
        "userId,name,balance\n1,\"a\",0\n2,\"b,0\n{}",
        "3,c,0\n".repeat(100_000)
    );
    bad::<UserRow>(
        long.as_bytes(),
        &["1 row is bad", "a quote opened on line 3 is never closed"],
    );
}

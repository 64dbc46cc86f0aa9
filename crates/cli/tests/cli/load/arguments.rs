use crate::support::Folder;

#[test]
fn what_makes_no_load_is_wrong_usage() {
    let table: &[(&str, &[&str])] = &[
        ("load", &["<URL>"]),
        (
            "load 127.0.0.1:8080",
            &["not the URL of a server", "http://"],
        ),
        ("load ftp://127.0.0.1", &["not the URL of a server"]),
        (
            "load http://127.0.0.1 --connections 0",
            &["--connections", "from 1 to 50000"],
        ),
        ("load http://127.0.0.1 --connections -1", &["'-1'"]),
        ("load http://127.0.0.1 --rate 0", &["--rate", "from 1 to"]),
        ("load http://127.0.0.1 --rate many", &["--rate"]),
        (
            "load http://127.0.0.1 --duration 0",
            &["--duration", "above zero"],
        ),
        (
            "load http://127.0.0.1 --warm-up -1s",
            &["--warm-up", "such as 3s"],
        ),
        (
            "load http://127.0.0.1 --workload warm",
            &["--workload", "uniform, zipf, hot, soldout, coupon, mixed"],
        ),
        (
            "load http://127.0.0.1 --keys some",
            &["--keys", "time-ordered, random, none"],
        ),
        ("load http://127.0.0.1 --users 0", &["--users"]),
        ("load http://127.0.0.1 --products 1000001", &["--products"]),
        (
            "load http://127.0.0.1 --connections 1 --threads 2",
            &["more threads than connections"],
        ),
        (
            "load http://192.0.2.1 --token jumun_1",
            &["could be read on its way", "https://"],
        ),
        (
            "load http://192.0.2.1",
            &["not on this machine", "help: add --yes"],
        ),
    ];
    let folder = Folder::new();
    for (line, parts) in table {
        folder.fail(line, 2, parts);
    }
    let left = std::fs::read_dir(folder.path())
        .expect("the folder")
        .count();
    assert_eq!(left, 0, "wrong usage leaves nothing behind");
}

#[test]
fn a_password_in_the_url_is_not_shown() {
    let folder = Folder::new();
    let finished = folder.run("load http://me:hunter2@127.0.0.1");
    finished.fails("load", 2, &["not the URL of a server"]);
    assert!(!finished.stderr.contains("hunter2"), "{}", finished.stderr);
}

#[test]
fn a_figure_that_cannot_be_written_is_told_before_the_load() {
    let folder = Folder::new();
    let line = "load http://127.0.0.1:9 --plot no/such/folder.svg";
    folder.fail(
        line,
        1,
        &["cannot write no/such/folder.svg", "help: give --plot"],
    );
}

#[test]
fn a_server_that_is_not_there_is_told_with_what_to_do() {
    // A port that was free a moment ago.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address");
    drop(taken);
    let folder = Folder::new();
    let line = format!("load http://{address}");
    folder.fail(
        &line,
        1,
        &["the server cannot be reached", "help: check the URL"],
    );
}

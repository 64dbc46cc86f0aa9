//! A disk that is full or read-only: nothing is lost, and the shop goes on by
//! itself once there is room.

use std::io::Write;
use std::path::Path;
use std::process::Command as Process;

use jumun_domain::{Charge, Command, Request};
use jumun_store::{Fault, Readiness, Reads, Store};
use jumun_store_sqlite::{OpenError, Options, ShopReader, SqliteStore};

use crate::support::user;

/// Room for an empty shop and some thousand charges.
const DISK_MIB: u32 = 4;

/// A small file system of its own; unmounted with the test.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    /// `None`, said loudly, where this user may not mount.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={DISK_MIB}m");
        let mounted = Process::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(folder.path())
            .status()
            .is_ok_and(|status| status.success());
        if !mounted {
            // Past the capture of the test runner, so that it is seen.
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: full and read-only disks cannot be tested, since mount needs root"
            );
            return None;
        }
        Some(Self { folder })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn remount(&self, mode: &str) {
        let status = Process::new("mount")
            .args(["-o", &format!("remount,{mode}")])
            .arg(self.path())
            .status()
            .unwrap();
        assert!(status.success(), "remount {mode}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Process::new("umount")
            .arg("--lazy")
            .arg(self.path())
            .status();
    }
}

async fn charge(store: &SqliteStore) -> Result<(), Fault> {
    let charge = Charge::new(user(1), 1, Some(&"r".repeat(400))).unwrap();
    store
        .execute(Request::new(Command::Charge(charge), None))
        .await
        .map(|_| ())
}

async fn register(store: &SqliteStore) {
    let register = jumun_domain::RegisterUser::new(user(1), None).unwrap();
    store
        .execute(Request::new(Command::RegisterUser(register), None))
        .await
        .unwrap();
}

/// The user's balance in copies of the files as they are now.
async fn balance_after_a_crash(path: &Path) -> i64 {
    let elsewhere = tempfile::tempdir().unwrap();
    for entry in ["shop.db", "shop.db-wal"] {
        std::fs::copy(path.with_file_name(entry), elsewhere.path().join(entry)).unwrap();
    }
    let store = SqliteStore::open(&elsewhere.path().join("shop.db"), &Options::default()).unwrap();
    let balance = store.user(user(1)).await.unwrap().unwrap().balance.get();
    store.close().await;
    balance
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_writes_keeps_all_and_recovers_by_itself() {
    let Some(disk) = Disk::mount() else { return };
    let path = disk.path().join("shop.db");
    let store = SqliteStore::open(&path, &Options::default()).unwrap();
    register(&store).await;
    let filler = disk.path().join("filler");
    std::fs::write(&filler, vec![0; 1 << 20]).unwrap();

    let mut acknowledged = 0;
    let fault = loop {
        match charge(&store).await {
            Ok(()) => acknowledged += 1,
            Err(fault) => break fault,
        }
        assert!(acknowledged < 100_000, "the disk never filled up");
    };
    assert!(matches!(fault, Fault::Determinate(_)), "{fault}");
    assert!(fault.to_string().contains("free space"), "{fault}");
    assert_eq!(
        balance_after_a_crash(&path).await,
        acknowledged,
        "of the commit that failed nothing is found again"
    );
    assert!(matches!(store.readiness().await, Readiness::NotReady(_)));
    let balance = store.user(user(1)).await.unwrap().unwrap().balance.get();
    assert_eq!(
        balance, acknowledged,
        "reads go on and show what was acknowledged"
    );

    std::fs::remove_file(&filler).unwrap();
    assert_eq!(store.readiness().await, Readiness::Ready);
    charge(&store).await.unwrap();
    let report = jumun_store_sqlite::audit(&path, &mut |_| {}).unwrap();
    assert!(report.is_clean(), "{report:#?}");
    store.close().await;
    let store = SqliteStore::open(&path, &Options::default()).unwrap();
    let balance = store.user(user(1)).await.unwrap().unwrap().balance.get();
    assert_eq!(balance, acknowledged + 1);
    store.close().await;
}

#[tokio::test]
async fn a_read_only_disk_is_named_at_start() {
    let Some(disk) = Disk::mount() else { return };
    let path = disk.path().join("shop.db");
    let store = SqliteStore::open(&path, &Options::default()).unwrap();
    register(&store).await;
    store.close().await;
    disk.remount("ro");
    let error = match SqliteStore::open(&path, &Options::default()) {
        Err(error) => error,
        Ok(_) => panic!("opened on a read-only disk"),
    };
    assert!(matches!(error, OpenError::Unusable { .. }), "{error}");
    disk.remount("rw");
    let store = SqliteStore::open(&path, &Options::default()).unwrap();
    assert!(store.user(user(1)).await.unwrap().is_some());
    store.close().await;
}

#[tokio::test]
async fn a_shop_on_a_read_only_disk_can_be_audited_exported_and_copied_unless_a_log_is_beside_it() {
    let Some(disk) = Disk::mount() else { return };
    // A name that means something in a URI.
    let path = disk.path().join("가게 100%?#.db");
    let copy = disk.path().join("copy.db");
    let store = SqliteStore::open(&path, &Options::default()).unwrap();
    register(&store).await;
    store.close().await;
    jumun_store_sqlite::backup(&path, &copy, &mut |_, _| {}).unwrap();
    for suffix in ["-wal", "-shm"] {
        let mut name = path.clone().into_os_string();
        name.push(suffix);
        // It is perhaps gone already; it is empty.
        let _ = std::fs::remove_file(name);
    }
    disk.remount("ro");
    let elsewhere = tempfile::tempdir().unwrap();
    for (number, path) in [&path, &copy].into_iter().enumerate() {
        let report = jumun_store_sqlite::audit(path, &mut |_| {}).unwrap();
        assert!(report.is_clean(), "{report:#?}");
        let reader = ShopReader::open(path).unwrap();
        assert_eq!(reader.last_sequence().unwrap(), 0);
        let target = elsewhere.path().join(format!("copy-{number}.db"));
        jumun_store_sqlite::backup(path, &target, &mut |_, _| {}).unwrap();
        assert!(
            jumun_store_sqlite::audit(&target, &mut |_| {})
                .unwrap()
                .is_clean()
        );
    }

    disk.remount("rw");
    let mut log = path.clone().into_os_string();
    log.push("-wal");
    std::fs::write(log, "what a crash left").unwrap();
    disk.remount("ro");
    let error = jumun_store_sqlite::audit(&path, &mut |_| {}).unwrap_err();
    assert!(matches!(error, OpenError::Unusable { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_cannot_be_read_stops_the_shop_and_readiness_tells_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    let store = SqliteStore::open(&path, &Options::default()).unwrap();
    store.close().await;
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute(
            "INSERT INTO state_log (entry, states, keys) VALUES (1000, x'', x'05')",
            [],
        )
        .unwrap();
    let store = SqliteStore::open(&path, &Options::default()).unwrap();
    for _ in 0..2 {
        let fault = charge(&store).await.unwrap_err();
        assert!(matches!(fault, Fault::Determinate(_)), "{fault}");
        let Readiness::NotReady(why) = store.readiness().await else {
            panic!("ready, though no batch can be written");
        };
        assert!(
            why.contains("state_log") && why.contains("jumun audit"),
            "{why}"
        );
    }
    store.close().await;
}

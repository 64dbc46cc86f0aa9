//! The files of the embedded engine: each run has a copy of one that was filled
//! before.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use jumun_load::{Shop, Workload};
use tempfile::TempDir;

use crate::options::Role;
use crate::report;
use crate::shared::child;
use crate::shared::files::{self, scratch};
use crate::shared::fill::FillPlan;
use crate::shared::shop;
use crate::side::{Filling, Side};

/// Ten million orders take about five minutes on a usual disk.
const FILL_LIMIT: Duration = Duration::from_secs(3_600);
/// The schema, on which a file that is kept depends.
const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../store-sqlite/migrations");
/// Raise it when what a large file holds is changed.
const CONTENTS: &str = "1";
/// Digits of a digest that are enough to tell schemas apart.
const DIGEST_BYTES: usize = 6;
/// What the names of large files begin with.
const LARGE: &str = "large-";

/// Filled databases.
pub(crate) struct Databases {
    directory: TempDir,
    shop: Shop,
    orders: u64,
    filled: BTreeMap<Kind, PathBuf>,
}

/// What a database holds beside users and products.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Kind {
    Empty,
    SoldOut,
    Large,
}

/// A copy for one run.
pub(crate) struct Copy {
    /// The file.
    pub(crate) path: PathBuf,
    /// Ends with this.
    _directory: TempDir,
}

impl Databases {
    /// Nothing yet: each is filled when it is first wanted.
    pub(crate) fn new(shop: Shop, orders: u64) -> anyhow::Result<Self> {
        Ok(Self {
            directory: scratch()?,
            shop,
            orders,
            filled: BTreeMap::new(),
        })
    }

    /// A copy of what a side starts with, on stable storage before the run
    /// starts, so that its writing does not slow the run's own. The file system
    /// shares its blocks where it can.
    pub(crate) fn copy_for(&mut self, side: Side) -> anyhow::Result<Copy> {
        let kind = match (side.filling, side.workload) {
            (Filling::Large, _) => Kind::Large,
            (Filling::Empty, Workload::SoldOut) => Kind::SoldOut,
            (Filling::Empty, _) => Kind::Empty,
        };
        let filled = self.filled(kind)?;
        let directory = scratch()?;
        let path = directory.path().join("orders.db");
        fs::copy(filled, &path).context("the filled database could not be copied")?;
        File::open(&path)?.sync_all()?;
        Ok(Copy {
            path,
            _directory: directory,
        })
    }

    fn filled(&mut self, kind: Kind) -> anyhow::Result<PathBuf> {
        if let Some(path) = self.filled.get(&kind) {
            return Ok(path.clone());
        }
        let plan = FillPlan {
            is_sold_out: kind == Kind::SoldOut,
            ..FillPlan::empty(self.shop)
        };
        let path = match kind {
            Kind::Large => self.large()?,
            Kind::Empty | Kind::SoldOut => {
                let path = self.directory.path().join(format!("{kind:?}.db"));
                fill(&path, plan)?;
                path
            }
        };
        self.filled.insert(kind, path.clone());
        Ok(path)
    }

    /// The large file, which is kept for later runs; those of other schemas go.
    fn large(&self) -> anyhow::Result<PathBuf> {
        // That of the smoke run is soon made, and goes with it.
        let directory = match self.shop == shop::small() {
            true => self.directory.path().to_owned(),
            false => files::directory()?,
        };
        let path = directory.join(large_name(self.shop, self.orders)?);
        if path.exists() {
            return Ok(path);
        }
        remove_others(&path)?;
        let half_made = path.with_extension("half-made");
        remove_all_of(&half_made)?;
        let orders = self.orders;
        report::progress(&format!("making {} ({orders} orders)", path.display()));
        fill(
            &half_made,
            FillPlan {
                orders,
                ..FillPlan::empty(self.shop)
            },
        )?;
        File::open(&half_made)?.sync_all()?;
        fs::rename(&half_made, &path)?;
        remove_all_of(&half_made)?;
        Ok(path)
    }
}

/// Where the large file of a shop is kept.
pub(crate) fn large_path(shop: Shop, orders: u64) -> anyhow::Result<PathBuf> {
    Ok(files::directory()?.join(large_name(shop, orders)?))
}

fn large_name(shop: Shop, orders: u64) -> anyhow::Result<String> {
    let mut migrations: Vec<PathBuf> = fs::read_dir(MIGRATIONS)?
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<_>>()?;
    migrations.sort();
    let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
    digest.update(format!("{CONTENTS} {shop:?}").as_bytes());
    for migration in migrations {
        digest.update(&fs::read(migration)?);
    }
    let digest = digest.finish();
    let digits = digest.as_ref().iter().take(DIGEST_BYTES);
    let digits: String = digits.map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{LARGE}{digits}-{orders}.db"))
}

/// Removes the large files of other schemas: each has gigabytes.
fn remove_others(path: &Path) -> anyhow::Result<()> {
    let digest = |path: &Path| -> Option<String> {
        let name = path.file_name()?.to_str()?.strip_prefix(LARGE)?;
        Some(name.split('-').next()?.to_owned())
    };
    let own = digest(path);
    let directory = path.parent().context("the file has no directory")?;
    for entry in fs::read_dir(directory)? {
        let other = entry?.path();
        let theirs = digest(&other);
        if theirs.is_some() && theirs != own {
            remove(&other)?;
        }
    }
    Ok(())
}

/// Removes a database, and whatever the engine keeps beside it.
fn remove_all_of(database: &Path) -> anyhow::Result<()> {
    ["", "-wal", "-shm", ".lock"]
        .into_iter()
        .try_for_each(|rest| remove(Path::new(&format!("{}{rest}", database.display()))))
}

fn remove(path: &Path) -> anyhow::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} could not be removed", path.display()))
        }
        _ => Ok(()),
    }
}

/// Creates a database and fills it, in a process of its own.
fn fill(database: &Path, plan: FillPlan) -> anyhow::Result<()> {
    let mut command = child::again(Role::Fill, Some(database))?;
    command.arg("--orders").arg(plan.orders.to_string());
    if plan.shop == shop::small() {
        command.arg("--small");
    }
    if plan.is_sold_out {
        command.arg("--sold-out");
    }
    child::finish(command, FILL_LIMIT)?;
    Ok(())
}

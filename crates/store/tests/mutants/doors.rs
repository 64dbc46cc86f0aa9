//! Tokens and the history of changes of the store in memory.

use std::sync::Arc;

use async_trait::async_trait;
use jumun_domain::{Actor, ChangeId, Timestamp};
use jumun_store::access::{
    ChangeLine, ChangeRecord, Changes, MAX_REVOCATIONS, NewToken, Revocation, Token, TokenId,
    Tokens,
};
use jumun_store::conformance::{AccessHarness, Doors, Harness as _};
use jumun_store::{Fault, Page, PageOf};

use crate::disk::{Disk, SharedDisk, now};
use crate::memory::Memory;
use crate::mutation::Mutation;

#[async_trait]
impl AccessHarness for Memory {
    async fn open_doors(&self) -> Doors {
        let doors = Arc::new(MemoryDoors(self.disk()));
        Doors {
            store: self.open().await,
            tokens: doors.clone(),
            changes: doors,
        }
    }

    async fn beside(&self) -> Arc<dyn Tokens> {
        Arc::new(MemoryDoors(self.disk()))
    }
}

struct MemoryDoors(SharedDisk);

/// The page of a list that is sorted by its key, the greatest first.
fn page_below<K: Copy + Ord, T: Clone>(
    oldest_first: impl DoubleEndedIterator<Item = T>,
    key: impl Fn(&T) -> K,
    page: Page<K>,
) -> PageOf<T> {
    let rest = oldest_first
        .rev()
        .filter(|it| page.after.is_none_or(|after| key(it) < after));
    PageOf::from_one_more(rest.take(page.limit + 1).collect(), page.limit)
}

/// The revocations as they are told, oldest first.
fn told(disk: &Disk) -> Vec<Revocation> {
    let numbered = (1..).zip(&disk.revocations);
    let mut told: Vec<_> = numbered
        .map(|(number, &id)| Revocation { number, id })
        .collect();
    if disk.mutation == Mutation::TellsRevocationsLate {
        told.pop();
    }
    told
}

#[async_trait]
impl Tokens for MemoryDoors {
    async fn create_token(&self, token: &NewToken, by: &Actor) -> Result<bool, Fault> {
        let mut disk = self.0.lock();
        let taken = disk.tokens.contains_key(&token.id);
        if taken && disk.mutation != Mutation::ReplacesTokens {
            return Ok(false);
        }
        let made = Token {
            made: token.clone(),
            created_by: by.clone(),
            last_used_at: None,
            revoked_at: None,
        };
        disk.tokens.insert(token.id, made);
        disk.add_line(now(), ChangeLine::token_created(token, by));
        Ok(!taken)
    }

    async fn token(&self, id: TokenId) -> Result<Option<Token>, Fault> {
        Ok(self.0.lock().tokens.get(&id).cloned())
    }

    async fn tokens(&self, page: Page<TokenId>) -> Result<PageOf<Token>, Fault> {
        let disk = self.0.lock();
        let all = disk.tokens.values().cloned();
        Ok(page_below(all, |it| it.made.id, page))
    }

    async fn revoke_token(&self, id: TokenId, by: &Actor) -> Result<Option<Token>, Fault> {
        let mut disk = self.0.lock();
        let mutation = disk.mutation;
        let Some(token) = disk.tokens.get_mut(&id) else {
            return Ok(None);
        };
        let before = token.clone();
        if before.revoked_at.is_some() && mutation != Mutation::RevokesAgain {
            return Ok(Some(before));
        }
        let at = now();
        token.revoked_at = Some(at);
        let after = token.clone();
        mutation.write_revocation(&mut disk.revocations, id);
        disk.add_line(at, ChangeLine::token_revoked(&before, at, by));
        Ok(Some(after))
    }

    async fn newest_revocation(&self) -> Result<u64, Fault> {
        Ok(told(&self.0.lock()).last().map_or(0, |it| it.number))
    }

    async fn revocations(&self, after: u64) -> Result<Vec<Revocation>, Fault> {
        let above = told(&self.0.lock()).into_iter();
        let above = above.filter(|it| it.number > after);
        Ok(above.take(MAX_REVOCATIONS).collect())
    }

    async fn tokens_used(&self, used: &[(TokenId, Timestamp)]) -> Result<(), Fault> {
        let mut disk = self.0.lock();
        let mutation = disk.mutation;
        for (id, time) in used {
            if let Some(token) = disk.tokens.get_mut(id) {
                token.last_used_at = mutation.last_use(token.last_used_at, *time);
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Changes for MemoryDoors {
    async fn changes(&self, page: Page<ChangeId>) -> Result<PageOf<ChangeRecord>, Fault> {
        let disk = self.0.lock();
        Ok(page_below(disk.changes.values().cloned(), |it| it.id, page))
    }
}

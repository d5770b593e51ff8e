//! Verdicts on what others publish: strict where everybody must agree, and `Ignore` where a ledger or a chain decides, which this peer does not keep.
use crate::network::{Hash, Network};
use crate::objects::{BATCH_BYTES_MAX, ITEMS_MAX, Signed, Transaction, decode_compact, decode_word, split};
use curve25519_dalek::edwards::CompressedEdwardsY;
use ed25519_dalek::{Signature, VerifyingKey};
use libp2p::gossipsub::MessageAcceptance;
use std::collections::{HashMap, HashSet};
use std::time::{SystemTime, UNIX_EPOCH};

/// How far ahead of our clock something may be made, ms.
const AHEAD_MS_MAX: u64 = 30_000;

pub fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_millis() as u64)
}

pub struct Judge {
    pub network: Network,
    /// TxIds of the transactions that hold, by their TxHashes.
    pub transactions: HashMap<Hash, Hash>,
    /// Hashes of the headers that hold.
    pub blocks: HashSet<Hash>,
    /// Highest height among them.
    pub height: u64,
    /// Newest version of a record of each key.
    records: HashMap<Hash, (u64, u64)>,
    /// What PROTOCOL.md's rule 1 says of a key; none: refused.
    keys: HashMap<Hash, Option<VerifyingKey>>,
    /// How many messages were rejected.
    pub rejected: u64,
}

impl Judge {
    pub fn new(network: Network) -> Judge {
        Judge {
            network,
            transactions: HashMap::new(),
            blocks: HashSet::new(),
            height: 0,
            records: HashMap::new(),
            keys: HashMap::new(),
            rejected: 0,
        }
    }

    /// @param topic the last part of its name
    pub fn message(&mut self, topic: &str, data: &[u8]) -> MessageAcceptance {
        let verdict = match topic {
            "transactions" => self.batch(data),
            "blocks" => self.block(data),
            _ => self.word(data),
        };
        let verdict = verdict.unwrap_or(MessageAcceptance::Reject);
        if matches!(verdict, MessageAcceptance::Reject) {
            self.rejected += 1;
        }
        verdict
    }

    /// None: no honest node could have handed it on.
    fn batch(&mut self, data: &[u8]) -> Option<MessageAcceptance> {
        let items = split(data, ITEMS_MAX).filter(|items| !items.is_empty() && data.len() <= BATCH_BYTES_MAX)?;
        let now = now_ms();
        let (mut fresh, mut refused) = (Vec::new(), 0);
        for item in items {
            let transaction = Transaction::decode(item, &self.network).filter(|transaction| transaction.fits)?;
            if self.transactions.contains_key(&transaction.hash) {
                continue;
            }
            let lives = transaction.created_ms <= now + AHEAD_MS_MAX && now <= transaction.created_ms + self.network.lifetime_ms;
            if !lives || transaction.fee < self.network.fee_floor {
                refused += 1;
                continue;
            }
            self.check(&transaction.signed)?;
            fresh.push((transaction.hash, transaction.id()));
        }
        let is_news = !fresh.is_empty();
        self.transactions.extend(fresh);
        Some(if is_news && refused == 0 { MessageAcceptance::Accept } else { MessageAcceptance::Ignore })
    }

    fn block(&mut self, data: &[u8]) -> Option<MessageAcceptance> {
        let header = decode_compact(data, &self.network).filter(|header| header.holds(&self.network))?;
        self.check(&header.signed)?;
        let begins_ms = self.network.genesis_ms.saturating_add(header.slot.saturating_mul(self.network.slot_ms));
        if begins_ms > now_ms() || !self.blocks.insert(header.hash) {
            return Some(MessageAcceptance::Ignore);
        }
        self.height = self.height.max(header.height);
        Some(MessageAcceptance::Accept)
    }

    fn word(&mut self, data: &[u8]) -> Option<MessageAcceptance> {
        let word = decode_word(data, &self.network)?;
        self.check(&word.signed)?;
        let is_record = data.first() == Some(&0);
        let is_old = is_record && self.records.get(&word.signed.key).is_some_and(|version| *version >= word.version);
        if is_old || word.made_ms > now_ms() + AHEAD_MS_MAX {
            return Some(MessageAcceptance::Ignore);
        }
        if is_record {
            self.records.insert(word.signed.key, word.version);
        }
        Some(MessageAcceptance::Accept)
    }

    /// The rule of all signatures. dalek's `verify_strict` lacks only the order of the key, and that its encoding is the canonical one.
    pub fn check(&mut self, signed: &Signed) -> Option<()> {
        let key = (*self.keys.entry(signed.key).or_insert_with(|| strict_key(&signed.key)))?;
        key.verify_strict(&signed.bytes, &Signature::from_bytes(&signed.signature)).ok()
    }
}

fn strict_key(bytes: &Hash) -> Option<VerifyingKey> {
    let point = CompressedEdwardsY(*bytes).decompress()?;
    if point.compress().0 != *bytes || point.is_small_order() || !point.is_torsion_free() {
        return None;
    }
    VerifyingKey::from_bytes(bytes).ok()
}

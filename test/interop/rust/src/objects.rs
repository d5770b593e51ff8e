//! The bytes of objects: lists, transactions, headers, compact blocks, records, suspicions.
use crate::network::{Hash, NUMBER_MAX, Network, hash_at, sha256, u32_at, u64_at};
use ed25519_dalek::{Signer, SigningKey};

pub const ITEMS_MAX: usize = 256;
pub const BATCH_BYTES_MAX: usize = 262_144;
pub const BLOCK_BYTES_MAX: usize = 1_048_576;
pub const BLOCK_TRANSACTIONS_MAX: usize = 4_096;
const TRANSACTION_BYTES: std::ops::RangeInclusive<usize> = 168..=16_552;
pub const HEADER_BYTES: usize = 244;
const HEADER_BODY_BYTES: usize = 180;
const RECORD_FIXED_BYTES: usize = 141;

/// What was signed, by whom, and the signature.
pub struct Signed {
    pub key: Hash,
    pub bytes: Vec<u8>,
    pub signature: [u8; 64],
}

pub struct Transaction {
    pub signed: Signed,
    /// TxHash, of the exact bytes.
    pub hash: Hash,
    pub fee: u64,
    pub created_ms: u64,
    /// Whether amount + fee and the nonce after this one fit.
    pub fits: bool,
}

impl Transaction {
    /// None: undecodable.
    pub fn decode(bytes: &[u8], network: &Network) -> Option<Transaction> {
        if !TRANSACTION_BYTES.contains(&bytes.len()) || u32_at(bytes, 0)? != 68 {
            return None;
        }
        let body = &bytes[68..];
        let (nonce, amount, fee, created_ms) = (u64_at(body, 32)?, u64_at(body, 72)?, u64_at(body, 80)?, u64_at(body, 88)?);
        if u32_at(body, 96)? != 100 || created_ms > NUMBER_MAX {
            return None;
        }
        Some(Transaction {
            signed: Signed {
                key: hash_at(body, 0)?,
                bytes: network.signed("hearsay/tx/1", body),
                signature: bytes[4..68].try_into().ok()?,
            },
            hash: sha256(&[bytes]),
            fee,
            created_ms,
            fits: amount.checked_add(fee).is_some() && nonce < u64::MAX,
        })
    }

    /// TxId, of what was signed.
    pub fn id(&self) -> Hash {
        sha256(&[&self.signed.bytes])
    }
}

/// Makes and signs a transaction of 1 with a fee of 1 to whoever signs it.
pub fn sign_transaction(network: &Network, key: &SigningKey, nonce: u64, created_ms: u64) -> Vec<u8> {
    let sender = key.verifying_key().to_bytes();
    let mut body = Vec::with_capacity(100);
    body.extend(sender);
    body.extend(nonce.to_le_bytes());
    body.extend(sender);
    body.extend(1u64.to_le_bytes()); // amount
    body.extend(1u64.to_le_bytes()); // fee
    body.extend(created_ms.to_le_bytes());
    body.extend(100u32.to_le_bytes());
    let signature = key.sign(&network.signed("hearsay/tx/1", &body)).to_bytes();
    [&68u32.to_le_bytes()[..], &signature, &body].concat()
}

/// SSZ of a list of items of variable size.
pub fn join(items: &[Vec<u8>]) -> Vec<u8> {
    let mut offset = 4 * items.len();
    let mut list = Vec::new();
    for item in items {
        list.extend((offset as u32).to_le_bytes());
        offset += item.len();
    }
    list.extend(items.concat());
    list
}

/// The items of such a list; none where it is not the one encoding of at most `max` items.
pub fn split(list: &[u8], max: usize) -> Option<Vec<&[u8]>> {
    if list.is_empty() {
        return Some(Vec::new());
    }
    let first = u32_at(list, 0)?;
    if first == 0 || first % 4 != 0 || first / 4 > max || first > list.len() {
        return None;
    }
    let mut ends = (1..first / 4).map(|index| u32_at(list, 4 * index)).collect::<Option<Vec<_>>>()?;
    ends.push(list.len());
    let mut from = first;
    ends.into_iter()
        .map(|to| {
            let item = list.get(from..to);
            from = to;
            item
        })
        .collect()
}

pub struct Header {
    pub signed: Signed,
    pub hash: Hash,
    pub parent: Hash,
    pub height: u64,
    pub slot: u64,
    pub count: usize,
    short_ids_hash: Hash,
}

impl Header {
    pub fn decode(bytes: &[u8], network: &Network) -> Option<Header> {
        if bytes.len() != HEADER_BYTES {
            return None;
        }
        let signed = network.signed("hearsay/block/1", &bytes[..HEADER_BODY_BYTES]);
        Some(Header {
            hash: sha256(&[&signed]),
            parent: hash_at(bytes, 0)?,
            height: u64_at(bytes, 32)?,
            slot: u64_at(bytes, 40)?,
            count: u32_at(bytes, 176)?,
            short_ids_hash: hash_at(bytes, 112)?,
            signed: Signed {
                key: hash_at(bytes, 48)?,
                bytes: signed,
                signature: bytes[HEADER_BODY_BYTES..].try_into().ok()?,
            },
        })
    }

    /// The rules that need nothing but the header and the network.
    pub fn holds(&self, network: &Network) -> bool {
        let owner = match network.validators.len() as u64 {
            0 => return false,
            count => network.validators[(self.slot % count) as usize],
        };
        (1..=self.slot).contains(&self.height)
            && self.slot <= NUMBER_MAX
            && self.count <= BLOCK_TRANSACTIONS_MAX
            && (self.parent == network.id) == (self.height == 1)
            && self.signed.key == owner
    }
}

/// The header of a compact block whose short ids and prefilled transactions are its own; none otherwise.
pub fn decode_compact(bytes: &[u8], network: &Network) -> Option<Header> {
    if bytes.len() > BLOCK_BYTES_MAX || u32_at(bytes, HEADER_BYTES)? != 252 {
        return None;
    }
    let header = Header::decode(bytes.get(..HEADER_BYTES)?, network)?;
    let prefilled_at = u32_at(bytes, 248)?;
    let short_ids = bytes.get(252..prefilled_at)?;
    if short_ids.len() != 8 * header.count || sha256(&[short_ids]) != header.short_ids_hash {
        return None;
    }
    let mut next = 0;
    for item in split(&bytes[prefilled_at..], ITEMS_MAX)? {
        let (index, transaction) = (u32_at(item, 0)?, item.get(8..)?);
        let fits = index >= next && index < header.count && u32_at(item, 4)? == 8;
        if !fits || short_ids[8 * index..8 * index + 8] != sha256(&[transaction])[..8] {
            return None;
        }
        next = index + 1;
    }
    Some(header)
}

/// The header and the transactions of a whole block.
pub fn decode_block<'a>(bytes: &'a [u8], network: &Network) -> Option<(Header, Vec<&'a [u8]>)> {
    let header = Header::decode(bytes.get(..HEADER_BYTES)?, network)?;
    if bytes.len() > BLOCK_BYTES_MAX || u32_at(bytes, HEADER_BYTES)? != 248 {
        return None;
    }
    let items = split(bytes.get(248..)?, BLOCK_TRANSACTIONS_MAX)?;
    (items.len() == header.count).then_some((header, items))
}

/// What a node says of itself or of another one: how new it is, and when it was made.
pub struct Word {
    pub signed: Signed,
    pub version: (u64, u64),
    pub made_ms: u64,
}

/// A message on the topic of records.
pub fn decode_word(bytes: &[u8], network: &Network) -> Option<Word> {
    match bytes.split_first()? {
        (0, record) => decode_record(record, network),
        (1, suspicion) => decode_suspicion(suspicion, network),
        _ => None,
    }
}

fn decode_record(bytes: &[u8], network: &Network) -> Option<Word> {
    if u32_at(bytes, 0)? != 68 {
        return None;
    }
    let body = bytes.get(68..)?;
    let numbers = [32, 40, 48, 56, 64, 104, 112].map(|at| u64_at(body, at));
    if numbers.iter().any(|number| number.is_none_or(|number| number > NUMBER_MAX)) || *body.get(120)? > 1 {
        return None;
    }
    let mut parts: Vec<usize> = (0..5).map(|index| u32_at(body, 121 + 4 * index)).collect::<Option<_>>()?;
    parts.push(body.len());
    if parts[0] != RECORD_FIXED_BYTES {
        return None;
    }
    let part = |index: usize| body.get(parts[index]..parts[index + 1]);
    let printable = |text: &[u8], max: usize| text.len() <= max && text.iter().all(|byte| (0x20..=0x7e).contains(byte));
    let texts = printable(part(0)?, 64) && printable(part(1)?, 64);
    let addresses = split(part(2)?, 8)?.iter().all(|text| printable(text, 128) && text.first() == Some(&b'/'));
    let tags = split(part(3)?, 16)?.iter().all(|tag| match (u32_at(tag, 0), u32_at(tag, 4)) {
        (Some(8), Some(value)) if value >= 9 && value <= tag.len() => printable(&tag[8..value], 32) && printable(&tag[value..], 64),
        _ => false,
    });
    let neighbours = part(4)?;
    if !texts || !addresses || !tags || neighbours.len() % 4 != 0 || neighbours.len() > 128 {
        return None;
    }
    Some(Word {
        signed: Signed {
            key: hash_at(body, 0)?,
            bytes: network.signed("hearsay/record/1", body),
            signature: bytes[4..68].try_into().ok()?,
        },
        version: (u64_at(body, 32)?, u64_at(body, 40)?),
        made_ms: u64_at(body, 56)?,
    })
}

fn decode_suspicion(bytes: &[u8], network: &Network) -> Option<Word> {
    let body = bytes.get(64..)?;
    if body.len() != 88 || [32, 40, 80].iter().any(|&at| u64_at(body, at).is_none_or(|number| number > NUMBER_MAX)) {
        return None;
    }
    Some(Word {
        signed: Signed {
            key: hash_at(body, 48)?,
            bytes: network.signed("hearsay/suspicion/1", body),
            signature: bytes[..64].try_into().ok()?,
        },
        version: (u64_at(body, 32)?, u64_at(body, 40)?),
        made_ms: u64_at(body, 80)?,
    })
}

//! What PROTOCOL.md says of a network: its document, its id, the names that are made of it, the accounts of development networks, and hello.
use ed25519_dalek::SigningKey;
use serde_json::Value;
use sha2::{Digest, Sha256};

pub type Hash = [u8; 32];

/// Largest number of an object that is not an amount or a nonce: 2^53 - 1.
pub const NUMBER_MAX: u64 = (1 << 53) - 1;
pub const TOPICS: [&str; 3] = ["transactions", "blocks", "records"];
pub const HELLO: &str = "/hearsay/hello/1";
const HELLO_FIXED_BYTES: usize = 126;
const NAME_BYTES_MAX: usize = 64;

pub fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

pub fn hash_of_hex(text: &str) -> Option<Hash> {
    hex::decode(text).ok()?.try_into().ok()
}

pub fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize)
}

pub fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

pub fn hash_at(bytes: &[u8], at: usize) -> Option<Hash> {
    bytes.get(at..at + 32)?.try_into().ok()
}

pub struct Network {
    pub id: Hash,
    pub genesis_ms: u64,
    pub slot_ms: u64,
    pub lifetime_ms: u64,
    pub fee_floor: u64,
    pub validators: Vec<Hash>,
}

impl Network {
    /// Reads network.json; none where it is no such document.
    pub fn parse(text: &str) -> Option<Network> {
        let document: Value = serde_json::from_str(text).ok()?;
        let decimal = |value: &Value| value.as_str()?.parse::<u64>().ok();
        let name = document["name"].as_str()?;
        let genesis_ms = document["genesisTime"].as_u64()?;
        let slot_ms = document["slotMs"].as_u64()?;
        let lifetime_ms = document["txLifetimeMs"].as_u64().unwrap_or(1_800_000);
        let fee_floor = document.get("feeFloor").map_or(Some(1), decimal)?;
        let validators: Vec<Hash> =
            document["validators"].as_array()?.iter().map(|key| hash_of_hex(key.as_str()?)).collect::<Option<_>>()?;
        let accounts = document["accounts"].as_array()?;

        let fixed = 44;
        let validators_at = fixed + name.len();
        let accounts_at = validators_at + 32 * validators.len();
        let mut container = Vec::with_capacity(accounts_at + 40 * accounts.len());
        container.extend((fixed as u32).to_le_bytes());
        container.extend(genesis_ms.to_le_bytes());
        container.extend(slot_ms.to_le_bytes());
        container.extend((validators_at as u32).to_le_bytes());
        container.extend((accounts_at as u32).to_le_bytes());
        container.extend(lifetime_ms.to_le_bytes());
        container.extend(fee_floor.to_le_bytes());
        container.extend(name.as_bytes());
        container.extend(validators.concat());
        for account in accounts {
            container.extend(hash_of_hex(account["key"].as_str()?)?);
            container.extend(decimal(&account["balance"])?.to_le_bytes());
        }
        Some(Network { id: sha256(&[&container]), genesis_ms, slot_ms, lifetime_ms, fee_floor, validators })
    }

    pub fn topic(&self, kind: &str) -> String {
        format!("/hearsay/{}/{kind}", hex::encode(&self.id[..4]))
    }

    pub fn protocol(&self, name: &str) -> String {
        format!("/hearsay/{}/{name}/1", hex::encode(&self.id[..4]))
    }

    /// What stands before the body in everything that is signed.
    pub fn signed(&self, tag: &str, body: &[u8]) -> Vec<u8> {
        [tag.as_bytes(), &[0], &self.id, body].concat()
    }

    /// The hello of a node that keeps neither a chain nor a pool.
    pub fn hello(&self, name: &str) -> Vec<u8> {
        let none = 0u64.to_le_bytes();
        let mut hello = Vec::with_capacity(HELLO_FIXED_BYTES + name.len());
        hello.extend(1u16.to_le_bytes());
        hello.extend(self.id);
        hello.extend(none); // headHeight
        hello.extend(self.id); // headHash
        hello.extend(none); // settledHeight
        hello.extend(none); // mempoolCount
        hello.extend(sha256(&[&[0; 32], &0u64.to_be_bytes()]));
        hello.extend((HELLO_FIXED_BYTES as u32).to_le_bytes());
        hello.extend(name.as_bytes());
        hello
    }

    /// The name in another side's hello; none where it is no hello of this network.
    pub fn name_in_hello(&self, hello: &[u8]) -> Option<String> {
        let name = hello.get(HELLO_FIXED_BYTES..)?;
        let fits = name.len() <= NAME_BYTES_MAX && name.iter().all(|byte| (0x20..=0x7e).contains(byte));
        let ours = hello[..2] == 1u16.to_le_bytes() && hash_at(hello, 2)? == self.id;
        if !fits || !ours || u32_at(hello, 122)? != HELLO_FIXED_BYTES {
            return None;
        }
        String::from_utf8(name.to_vec()).ok()
    }
}

/// The published secret of an account of development networks.
pub fn dev_account(name: &str) -> SigningKey {
    SigningKey::from_bytes(&sha256(&[b"hearsay/dev-account/1", &[0], name.as_bytes()]))
}

/// The message id of gossip: with the topic, whose length is in it.
pub fn message_id(topic: &str, data: &[u8]) -> Hash {
    sha256(&[b"hearsay/msg/1", &(topic.len() as u16).to_le_bytes(), topic.as_bytes(), data])
}

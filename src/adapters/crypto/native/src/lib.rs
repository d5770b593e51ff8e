//! Whether signatures hold, by the strict rule of PROTOCOL.md (Signatures), a whole batch in one call, on the caller's
//! thread or on one of libuv's. The rule, for a public key A and a signature R ‖ S:
//!
//! 1. A is the canonical encoding of a point of the prime-order subgroup, and not the identity;
//! 2. S < L, and R is not the identity's encoding;
//! 3. ENC(S·B − k·A) = R byte for byte, with k = SHA-512(R ‖ A ‖ message) mod L: no cofactor.
//!
//! Rule 1 is computed once for a key; answers are kept in two bounded maps, so that invented keys push out one another
//! and never an honest sender. `unsafe` is not used; a batch that is cut short is refused, not read past its end.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use curve25519_dalek::edwards::CompressedEdwardsY;
use curve25519_dalek::traits::IsIdentity;
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use lru::LruCache;
use napi::bindgen_prelude::{AsyncTask, Env, Error, Result, Status, Task, Uint8Array};
use napi_derive::napi;

const KEY_BYTES: usize = 32;
const SIGNATURE_BYTES: usize = 64;
/// Of one check in a batch: length of the message, key, signature; then comes the message.
const HEAD_BYTES: usize = 4 + KEY_BYTES + SIGNATURE_BYTES;
const IDENTITY: [u8; KEY_BYTES] = {
    let mut bytes = [0; KEY_BYTES];
    bytes[0] = 1;
    bytes
};

type Key = [u8; KEY_BYTES];

struct Keys {
    valid: LruCache<Key, VerifyingKey>,
    invalid: LruCache<Key, ()>,
}

struct Inner {
    keys: Mutex<Keys>,
    key_checks: AtomicU32,
    verifications: AtomicU64,
}

/// Rule 1.
fn decode_key(bytes: &Key) -> Option<VerifyingKey> {
    let point = CompressedEdwardsY(*bytes).decompress()?;
    // Encodings that are not reduced, and a sign that zero cannot have, come back as others.
    if point.compress().0 != *bytes || point.is_identity() || !point.is_torsion_free() {
        return None;
    }
    VerifyingKey::from_bytes(bytes).ok()
}

impl Inner {
    fn key(&self, bytes: &Key) -> Option<VerifyingKey> {
        {
            let mut keys = self.keys.lock().ok()?;
            if let Some(key) = keys.valid.get(bytes) {
                return Some(*key);
            }
            if keys.invalid.get(bytes).is_some() {
                return None;
            }
        }
        // Computed without the lock: it takes as long as a verification, and other threads have work.
        self.key_checks.fetch_add(1, Ordering::Relaxed);
        let decoded = decode_key(bytes);
        let mut keys = self.keys.lock().ok()?;
        match decoded {
            Some(key) => {
                keys.valid.put(*bytes, key);
            }
            None => {
                keys.invalid.put(*bytes, ());
            }
        }
        decoded
    }

    fn holds(&self, key: &Key, signature: &[u8; SIGNATURE_BYTES], message: &[u8]) -> bool {
        if signature[..KEY_BYTES] == IDENTITY {
            return false;
        }
        let Some(key) = self.key(key) else {
            return false;
        };
        self.verifications.fetch_add(1, Ordering::Relaxed);
        // Refuses S ≥ L, and compares the bytes of R (ed25519-dalek 3, `Verifier`).
        key.verify(message, &Signature::from_bytes(signature)).is_ok()
    }

    /// Index of the first check of a batch that fails, or -1; None where the batch is no whole one.
    fn first_invalid(&self, batch: &[u8], count: u32) -> Option<i32> {
        let mut rest = batch;
        for index in 0..count {
            let (head, tail) = rest.split_at_checked(HEAD_BYTES)?;
            let length = u32::from_le_bytes(head[..4].try_into().ok()?) as usize;
            let key = head[4..4 + KEY_BYTES].try_into().ok()?;
            let signature = head[4 + KEY_BYTES..].try_into().ok()?;
            let (message, after) = tail.split_at_checked(length)?;
            if !self.holds(key, signature, message) {
                return i32::try_from(index).ok();
            }
            rest = after;
        }
        Some(-1)
    }
}

/// Checks signatures and remembers keys. Every method may be called while batches are under way on other threads.
#[napi]
pub struct Checker {
    inner: Arc<Inner>,
}

#[napi]
impl Checker {
    /// With room for so many valid and so many invalid keys, at least one each.
    #[napi(constructor)]
    pub fn new(valid_max: u32, invalid_max: u32) -> Self {
        let room = |max: u32| NonZeroUsize::new(max as usize).unwrap_or(NonZeroUsize::MIN);
        let keys = Keys { valid: LruCache::new(room(valid_max)), invalid: LruCache::new(room(invalid_max)) };
        let inner = Inner { keys: Mutex::new(keys), key_checks: AtomicU32::new(0), verifications: AtomicU64::new(0) };
        Checker { inner: Arc::new(inner) }
    }

    /// Rule 1 alone; a wrong length is no valid key.
    #[napi]
    pub fn is_valid_key(&self, key: Uint8Array) -> bool {
        <&Key>::try_from(&key[..]).is_ok_and(|key| self.inner.key(key).is_some())
    }

    /// Index of the first check that fails, or -1: the later ones are not looked at.
    #[napi]
    pub fn first_invalid(&self, batch: Uint8Array, count: u32) -> Result<i32> {
        self.inner.first_invalid(&batch, count).ok_or_else(cut_short)
    }

    /// The same on another thread, with the milliseconds that it took there. The caller leaves the batch alone until
    /// the promise is settled.
    #[napi]
    pub fn first_invalid_elsewhere(&self, batch: Uint8Array, count: u32) -> AsyncTask<Work> {
        AsyncTask::new(Work { inner: Arc::clone(&self.inner), batch, count })
    }

    /// Verifications, key checks, valid keys, invalid keys.
    #[napi]
    pub fn figures(&self) -> Vec<f64> {
        let (valid, invalid) = self.inner.keys.lock().map_or((0, 0), |keys| (keys.valid.len(), keys.invalid.len()));
        let verifications = self.inner.verifications.load(Ordering::Relaxed);
        let key_checks = self.inner.key_checks.load(Ordering::Relaxed);
        vec![verifications as f64, f64::from(key_checks), valid as f64, invalid as f64]
    }
}

/// One batch for one of libuv's threads.
pub struct Work {
    inner: Arc<Inner>,
    batch: Uint8Array,
    count: u32,
}

impl Task for Work {
    type Output = Vec<f64>;
    type JsValue = Vec<f64>;

    fn compute(&mut self) -> Result<Vec<f64>> {
        let started = Instant::now();
        let index = self.inner.first_invalid(&self.batch, self.count).ok_or_else(cut_short)?;
        Ok(vec![f64::from(index), started.elapsed().as_secs_f64() * 1_000.0])
    }

    fn resolve(&mut self, _: Env, answer: Vec<f64>) -> Result<Vec<f64>> {
        Ok(answer)
    }
}

fn cut_short() -> Error {
    Error::new(Status::InvalidArg, "the batch is cut short")
}

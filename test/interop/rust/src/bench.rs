//! A bare relay on rust-libp2p, for `npm run bench -- peers`: gossipsub over TLS and yamux, lists of 64 transactions a message, and every node checks every transaction of
//! others once, by the network's rule, with decoded keys kept. It keeps ids and bytes, and nothing else: no API, disk, pool, ledger, ban, repair or record.
//!
//! `bench NODES FILE PREFIX [ADDRESS…]`: transactions of 250 bytes one after the other, what stands before a body where it is signed (hex), whom to dial. Each line of its
//! input is `start`, `stop` or `figures`; its output is a JSON document a line. It ends with its input.
use curve25519_dalek::edwards::CompressedEdwardsY;
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use futures::StreamExt;
use libp2p::gossipsub::{self, IdentTopic, MessageAcceptance, MessageAuthenticity, MessageId, ValidationMode};
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, Swarm, SwarmBuilder, identify, tcp, tls, yamux};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::error::Error;
use std::io::Write;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};

const TRANSACTION_BYTES: usize = 250;
const BATCH: usize = 64;
const ITEMS_MAX: usize = 256;
/// Own transactions that may be out before those of the others are seen to come in.
const WINDOW: u64 = 1_024;
const TOPIC: &str = "plain";
const IDENTITY: [u8; 32] = {
    let mut bytes = [0; 32];
    bytes[0] = 1;
    bytes
};

type Hash = [u8; 32];

#[derive(NetworkBehaviour)]
struct Behaviour {
    gossip: gossipsub::Behaviour,
    identify: identify::Behaviour,
}

fn say(document: Value) {
    let mut output = std::io::stdout().lock();
    let _ = writeln!(output, "{document}").and_then(|()| output.flush());
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize)
}

/// A list of items of variable size.
fn join<'a>(items: impl ExactSizeIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut list = Vec::new();
    let mut all: Vec<u8> = Vec::new();
    let first = 4 * items.len();
    for item in items {
        list.extend(((first + all.len()) as u32).to_le_bytes());
        all.extend(item);
    }
    list.extend(all);
    list
}

fn split(list: &[u8]) -> Option<Vec<&[u8]>> {
    let first = u32_at(list, 0)?;
    if first == 0 || first % 4 != 0 || first / 4 > ITEMS_MAX || first > list.len() {
        return None;
    }
    let mut from = first;
    (1..=first / 4)
        .map(|index| {
            let to = if index < first / 4 { u32_at(list, 4 * index)? } else { list.len() };
            let item = list.get(from..to);
            from = to;
            item
        })
        .collect()
}

/// The strict rule for keys.
fn strict_key(bytes: &Hash) -> Option<VerifyingKey> {
    let point = CompressedEdwardsY(*bytes).decompress()?;
    if point.compress().0 != *bytes || point.is_small_order() || !point.is_torsion_free() {
        return None;
    }
    VerifyingKey::from_bytes(bytes).ok()
}

struct Relay {
    prefix: Vec<u8>,
    text: Vec<u8>,
    keys: HashMap<Hash, Option<VerifyingKey>>,
    known: HashMap<Hash, Vec<u8>>,
    checked: u64,
}

impl Relay {
    /// Whether a transaction is new; none where it does not hold.
    fn one(&mut self, item: &[u8]) -> Option<bool> {
        if item.len() < 168 || u32_at(item, 0)? != 68 {
            return None;
        }
        self.text.clear();
        self.text.extend(&self.prefix);
        self.text.extend(&item[68..]);
        let id = Sha256::digest(&self.text).into();
        if self.known.contains_key(&id) {
            return Some(false);
        }
        let key: Hash = item[68..100].try_into().ok()?;
        let signature: [u8; 64] = item[4..68].try_into().ok()?;
        let decoded = (*self.keys.entry(key).or_insert_with(|| strict_key(&key)))?;
        self.checked += 1;
        if signature[..32] == IDENTITY {
            return None;
        }
        decoded.verify(&self.text, &Signature::from_bytes(&signature)).ok()?;
        self.known.insert(id, item.to_vec());
        Some(true)
    }

    /// How many of a message are new; none where any does not hold.
    fn message(&mut self, data: &[u8]) -> Option<u64> {
        split(data)?.into_iter().try_fold(0, |fresh, item| Some(fresh + u64::from(self.one(item)?)))
    }
}

fn swarm() -> Result<Swarm<Behaviour>, Box<dyn Error>> {
    let config = gossipsub::ConfigBuilder::default()
        .validation_mode(ValidationMode::Anonymous)
        .validate_messages()
        .message_id_fn(|message: &gossipsub::Message| MessageId::new(&Sha256::digest(&message.data)))
        .build()?;
    Ok(SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), tls::Config::new, yamux::Config::default)?
        .with_behaviour(|key| {
            Ok(Behaviour {
                gossip: gossipsub::Behaviour::new(MessageAuthenticity::Anonymous, config)?,
                identify: identify::Behaviour::new(identify::Config::new("/hearsay-bench".into(), key.public())),
            })
        })?
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(3_600)))
        .build())
}

/// User and system time of this process, from the kernel's account in hundredths of a second.
fn cpu_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = text.rsplit(')').next().unwrap_or_default();
    after.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() * 10.0
}

fn rss_mb() -> f64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split(' ').nth(1).and_then(|pages| pages.parse::<f64>().ok()).unwrap_or(0.0) * 4_096.0 / 1e6
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [nodes, file, prefix, dial @ ..] = &arguments[..] else {
        return Err("usage: bench NODES FILE PREFIX [ADDRESS…]".into());
    };
    let others = nodes.parse::<u64>()? - 1;
    let all = std::fs::read(file)?;
    let own: Vec<&[u8]> = all.chunks_exact(TRANSACTION_BYTES).collect();
    let mut own = own.chunks_exact(BATCH);
    let mut relay = Relay { prefix: hex::decode(prefix)?, text: vec![], keys: HashMap::new(), known: HashMap::new(), checked: 0 };
    let mut swarm = swarm()?;
    let topic = IdentTopic::new(TOPIC);
    swarm.behaviour_mut().gossip.subscribe(&topic)?;
    swarm.listen_on("/ip4/127.0.0.1/tcp/0".parse()?)?;
    for address in dial {
        swarm.dial(address.parse::<Multiaddr>()?)?;
    }
    let mut input = BufReader::new(tokio::io::stdin()).lines();
    let (mut running, mut ran_out, mut published, mut received) = (false, false, 0, 0);
    // So that it goes on where nothing comes in.
    let mut tick = tokio::time::interval(Duration::from_millis(2));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            line = input.next_line() => match line?.as_deref() {
                None => return Ok(()),
                Some("start") => running = true,
                Some("stop") => running = false,
                Some("figures") => say(json!({
                    "kind": "figures", "received": received, "checked": relay.checked, "peers": swarm.behaviour().gossip.mesh_peers(&topic.hash()).count(),
                    "cpuMs": cpu_ms(), "rssMb": rss_mb(), "ranOut": ran_out,
                })),
                Some(_) => {}
            },
            _ = tick.tick() => {}
            event = swarm.select_next_some() => match event {
                SwarmEvent::NewListenAddr { address, .. } => say(json!({ "kind": "ready", "address": format!("{address}/p2p/{}", swarm.local_peer_id()) })),
                SwarmEvent::Behaviour(BehaviourEvent::Gossip(gossipsub::Event::Message { propagation_source, message_id, message })) => {
                    let acceptance = match relay.message(&message.data) {
                        Some(0) => MessageAcceptance::Ignore,
                        Some(fresh) => { received += fresh; MessageAcceptance::Accept }
                        None => MessageAcceptance::Reject,
                    };
                    swarm.behaviour_mut().gossip.report_message_validation_result(&message_id, &propagation_source, acceptance);
                }
                _ => {}
            }
        }
        if running && published < received / others + WINDOW {
            match own.next() {
                None => ran_out = true,
                Some(items) => {
                    let list = join(items.iter().copied());
                    relay.message(&list).ok_or("an own transaction does not hold")?;
                    swarm.behaviour_mut().gossip.publish(topic.clone(), list)?;
                    published += BATCH as u64;
                }
            }
        }
    }
}

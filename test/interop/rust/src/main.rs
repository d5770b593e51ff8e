//! A relaying peer on rust-libp2p, written from PROTOCOL.md. It judges what it hears by the strict rules, hands it on, and signs and publishes what it is told to.
//!
//! `peer NETWORK.json NAME [--default-limits]`. Each line of its input is a command, a JSON document with an `id`; each line of its output answers one, with the same `id`, or
//! tells of an event. It ends with its input.
mod asking;
mod judge;
mod network;
mod objects;

use futures::StreamExt;
use judge::{Judge, now_ms};
use libp2p::gossipsub::{self, IdentTopic, MessageAuthenticity, MessageId, PublishError, ValidationMode};
use libp2p::multiaddr::Protocol;
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, SwarmBuilder, allow_block_list, identify, noise, ping, tcp, tls, yamux};
use network::{Network, TOPICS, dev_account, message_id};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Write;
use std::rc::Rc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};

/// What PROTOCOL.md asks for; the library's own are 64 KiB and 16 KiB.
const RPC_BYTES_MAX: usize = 1_572_864;
const CONTROL_BYTES_MAX: usize = 524_288;

#[derive(NetworkBehaviour)]
struct Behaviour {
    gossip: gossipsub::Behaviour,
    identify: identify::Behaviour,
    ping: ping::Behaviour,
    refused: allow_block_list::Behaviour<allow_block_list::BlockedPeers>,
    streams: libp2p_stream::Behaviour,
}

fn say(document: Value) {
    let mut output = std::io::stdout().lock();
    let _ = writeln!(output, "{document}").and_then(|()| output.flush());
}

fn answer(id: &Value, result: Result<Value, String>) {
    let mut document = result.unwrap_or_else(|error| json!({ "error": error }));
    document["id"] = id.clone();
    say(document);
}

fn swarm(has_default_limits: bool) -> Result<Swarm<Behaviour>, Box<dyn std::error::Error>> {
    let mut config = gossipsub::ConfigBuilder::default();
    config.validation_mode(ValidationMode::Anonymous).validate_messages().message_id_fn(|message: &gossipsub::Message| {
        MessageId::new(&message_id(message.topic.as_str(), &message.data))
    });
    if !has_default_limits {
        config.max_transmit_size(RPC_BYTES_MAX).max_control_message_size(CONTROL_BYTES_MAX);
    }
    let config = config.build()?;
    Ok(SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), (tls::Config::new, noise::Config::new), yamux::Config::default)?
        .with_behaviour(|key| {
            let about = identify::Config::new("/hearsay-interop".into(), key.public()).with_agent_version("interop-rust/0.57.1".into());
            Ok(Behaviour {
                gossip: gossipsub::Behaviour::new(MessageAuthenticity::Anonymous, config)?,
                identify: identify::Behaviour::new(about),
                ping: ping::Behaviour::default(),
                refused: allow_block_list::Behaviour::default(),
                streams: libp2p_stream::Behaviour::new(),
            })
        })?
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(3_600)))
        .build())
}

fn peer_in(address: &Multiaddr) -> Option<PeerId> {
    address.iter().find_map(|part| if let Protocol::P2p(peer) = part { Some(peer) } else { None })
}

struct Peer {
    swarm: Swarm<Behaviour>,
    judge: Rc<RefCell<Judge>>,
    name: String,
    topics: HashMap<gossipsub::TopicHash, &'static str>,
    agents: HashMap<PeerId, String>,
    /// Commands that wait for a connection.
    dials: HashMap<PeerId, Value>,
}

impl Peer {
    fn control(&self) -> libp2p_stream::Control {
        self.swarm.behaviour().streams.new_control()
    }

    fn topic(&self, kind: &str) -> IdentTopic {
        IdentTopic::new(asking::network_of(&self.judge, |network| network.topic(kind)))
    }

    fn command(&mut self, command: &Value) -> Result<Option<Value>, String> {
        let text = |name: &str| command[name].as_str().ok_or(format!("\"{name}\" is missing"));
        let number = |name: &str| command[name].as_u64().ok_or(format!("\"{name}\" is missing"));
        match text("do")? {
            "dial" => {
                let address: Multiaddr = text("address")?.parse().map_err(|_| "no address")?;
                let peer = peer_in(&address).ok_or("no /p2p/ in the address")?;
                self.swarm.dial(address).map_err(|error| error.to_string())?;
                self.dials.insert(peer, command["id"].clone());
                Ok(None)
            }
            "refuse" => {
                for peer in command["peers"].as_array().into_iter().flatten() {
                    let peer: PeerId = peer.as_str().and_then(|peer| peer.parse().ok()).ok_or("no peer id")?;
                    self.swarm.behaviour_mut().refused.block_peer(peer);
                }
                Ok(Some(json!({})))
            }
            "allow" => {
                let refused: Vec<PeerId> = self.swarm.behaviour().refused.blocked_peers().iter().copied().collect();
                for peer in refused {
                    self.swarm.behaviour_mut().refused.unblock_peer(peer);
                }
                Ok(Some(json!({})))
            }
            "publish" => self.publish(text("account")?, number("first")?, number("count")?).map(Some),
            "chain" => {
                let peer: PeerId = text("peer")?.parse().map_err(|_| "no peer id")?;
                let (control, judge, id) = (self.control(), self.judge.clone(), command["id"].clone());
                tokio::task::spawn_local(async move {
                    let height = asking::read_chain(control, peer, judge).await;
                    answer(&id, height.map(|height| json!({ "height": height })));
                });
                Ok(None)
            }
            "known" => {
                let judge = self.judge.borrow();
                let ids: Vec<String> = judge.transactions.values().map(hex::encode).collect();
                Ok(Some(json!({ "ids": ids })))
            }
            "status" => Ok(Some(self.status())),
            other => Err(format!("no command \"{other}\"")),
        }
    }

    /// Signs transactions of a development account and publishes each in a message of its own.
    fn publish(&mut self, account: &str, first: u64, count: u64) -> Result<Value, String> {
        let (key, topic) = (dev_account(account), self.topic("transactions"));
        let (mut ids, mut dropped) = (Vec::new(), 0);
        for nonce in first..first + count {
            let mut judge = self.judge.borrow_mut();
            let bytes = objects::sign_transaction(&judge.network, &key, nonce, now_ms());
            let batch = objects::join(std::slice::from_ref(&bytes));
            judge.message("transactions", &batch);
            let made = objects::Transaction::decode(&bytes, &judge.network).ok_or("made what is none")?;
            drop(judge);
            match self.swarm.behaviour_mut().gossip.publish(topic.clone(), batch) {
                Ok(_) => ids.push(hex::encode(made.id())),
                Err(PublishError::AllQueuesFull(_)) => dropped += 1,
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(json!({ "ids": ids, "dropped": dropped }))
    }

    fn status(&self) -> Value {
        let gossip = &self.swarm.behaviour().gossip;
        let peers: Vec<Value> = self
            .swarm
            .connected_peers()
            .map(|peer| {
                let meshes: Vec<&str> =
                    TOPICS.into_iter().filter(|kind| gossip.mesh_peers(&self.topic(kind).hash()).any(|member| member == peer)).collect();
                json!({ "peer": peer.to_string(), "agent": self.agents.get(peer), "mesh": meshes })
            })
            .collect();
        let judge = self.judge.borrow();
        json!({ "peers": peers, "transactions": judge.transactions.len(), "height": judge.height, "rejected": judge.rejected })
    }

    fn event(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::NewListenAddr { address, .. } => {
                let peer = *self.swarm.local_peer_id();
                say(json!({ "event": "ready", "peer": peer.to_string(), "address": format!("{address}/p2p/{peer}") }));
            }
            SwarmEvent::ConnectionEstablished { peer_id, endpoint, .. } if endpoint.is_dialer() => {
                let Some(id) = self.dials.remove(&peer_id) else { return };
                let (control, judge, name) = (self.control(), self.judge.clone(), self.name.clone());
                tokio::task::spawn_local(async move {
                    let hello = asking::say_hello(control, peer_id, judge, name).await;
                    answer(&id, hello.map(|name| json!({ "peer": peer_id.to_string(), "name": name })));
                });
            }
            SwarmEvent::OutgoingConnectionError { peer_id: Some(peer), error, .. } => {
                if let Some(id) = self.dials.remove(&peer) {
                    answer(&id, Err(error.to_string()));
                }
            }
            SwarmEvent::ConnectionClosed { peer_id, num_established: 0, .. } => {
                self.agents.remove(&peer_id);
                say(json!({ "event": "cut", "peer": peer_id.to_string() }));
            }
            SwarmEvent::Behaviour(BehaviourEvent::Identify(identify::Event::Received { peer_id, info, .. })) => {
                self.agents.insert(peer_id, info.agent_version);
            }
            SwarmEvent::Behaviour(BehaviourEvent::Gossip(gossipsub::Event::Message { propagation_source, message_id, message })) => {
                let Some(kind) = self.topics.get(&message.topic) else { return };
                let verdict = self.judge.borrow_mut().message(kind, &message.data);
                self.swarm.behaviour_mut().gossip.report_message_validation_result(&message_id, &propagation_source, verdict);
            }
            _ => {}
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, name, options @ ..] = &arguments[..] else { return Err("usage: peer NETWORK.json NAME [--default-limits]".into()) };
    let network = Network::parse(&std::fs::read_to_string(path)?).ok_or("no network.json")?;
    let topics: Vec<(IdentTopic, &str)> = TOPICS.map(|kind| (IdentTopic::new(network.topic(kind)), kind)).into();
    let mut peer = Peer {
        swarm: swarm(options.iter().any(|option| option == "--default-limits"))?,
        judge: Rc::new(RefCell::new(Judge::new(network))),
        name: name.clone(),
        topics: topics.iter().map(|(topic, kind)| (topic.hash(), *kind)).collect(),
        agents: HashMap::new(),
        dials: HashMap::new(),
    };
    for (topic, _) in &topics {
        peer.swarm.behaviour_mut().gossip.subscribe(topic)?;
    }
    let hellos = peer.control().accept(libp2p::StreamProtocol::new(network::HELLO))?;
    tokio::task::spawn_local(asking::answer_hellos(hellos, peer.judge.clone(), name.clone()));
    peer.swarm.listen_on("/ip4/127.0.0.1/tcp/0".parse()?)?;
    let mut input = BufReader::new(tokio::io::stdin()).lines();
    loop {
        tokio::select! {
            line = input.next_line() => {
                let Some(line) = line? else { return Ok(()) };
                let command: Value = serde_json::from_str(&line)?;
                match peer.command(&command) {
                    Ok(None) => {}
                    Ok(Some(result)) => answer(&command["id"], Ok(result)),
                    Err(error) => answer(&command["id"], Err(error)),
                }
            }
            event = peer.swarm.select_next_some() => peer.event(event),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let Err(error) = tokio::task::LocalSet::new().run_until(run()).await {
        say(json!({ "event": "failed", "error": error.to_string() }));
        std::process::exit(1);
    }
}

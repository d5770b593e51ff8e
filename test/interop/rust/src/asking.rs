//! Requests: one stream each, one frame to ask, frames to answer.
use crate::judge::Judge;
use crate::network::{HELLO, Network};
use crate::objects::{HEADER_BYTES, Header, Transaction, decode_block};
use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::{PeerId, StreamProtocol};
use libp2p_stream::{Control, IncomingStreams};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

const ANSWER_BYTES_MAX: u64 = 8 << 20;
const HELLO_BYTES_MAX: u64 = 4 << 10;
const DEADLINE: Duration = Duration::from_secs(20);
const HEADERS_MAX: u16 = 512;
const BODIES_MAX: usize = 64;

/// With its length before it, in the fewest bytes.
fn frame(bytes: &[u8]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(bytes.len() + 4);
    let mut length = bytes.len();
    while length >= 0x80 {
        framed.push(length as u8 | 0x80);
        length >>= 7;
    }
    framed.push(length as u8);
    framed.extend(bytes);
    framed
}

/// The frames of a stream that has ended; none where the last one is cut off or a length is padded.
fn frames(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let width = bytes.iter().take(4).position(|byte| byte & 0x80 == 0)? + 1;
        if width > 1 && bytes[width - 1] == 0 {
            return None;
        }
        let length = bytes[..width].iter().rev().fold(0, |sum, byte| sum << 7 | (byte & 0x7f) as usize);
        found.push(bytes.get(width..width + length)?);
        bytes = &bytes[width + length..];
    }
    Some(found)
}

async fn ask(control: &mut Control, peer: PeerId, protocol: &str, request: &[u8]) -> Result<Vec<u8>, String> {
    let protocol = StreamProtocol::try_from_owned(protocol.to_string()).map_err(|error| error.to_string())?;
    let exchange = async {
        let mut stream = control.open_stream(peer, protocol).await.map_err(|error| error.to_string())?;
        stream.write_all(&frame(request)).await.map_err(|error| error.to_string())?;
        stream.close().await.map_err(|error| error.to_string())?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await.map_err(|error| error.to_string())?;
        Ok(answer)
    };
    tokio::time::timeout(DEADLINE, exchange).await.unwrap_or_else(|_| Err("no answer in time".into()))
}

/// Says hello; the name of the other side.
pub async fn say_hello(mut control: Control, peer: PeerId, network: Rc<RefCell<Judge>>, name: String) -> Result<String, String> {
    let hello = network.borrow().network.hello(&name);
    let answer = ask(&mut control, peer, HELLO, &hello).await?;
    match frames(&answer).as_deref() {
        Some([frame]) => network.borrow().network.name_in_hello(frame).ok_or("another network".into()),
        _ => Err("no hello came back".into()),
    }
}

/// Answers every hello of the same network.
pub async fn answer_hellos(mut incoming: IncomingStreams, network: Rc<RefCell<Judge>>, name: String) {
    while let Some((_, mut stream)) = incoming.next().await {
        let (network, name) = (network.clone(), name.clone());
        tokio::task::spawn_local(tokio::time::timeout(DEADLINE, async move {
            let mut request = Vec::new();
            let mut limited = (&mut stream).take(HELLO_BYTES_MAX);
            limited.read_to_end(&mut request).await.ok()?;
            let [hello] = frames(&request)?[..] else { return None };
            network.borrow().network.name_in_hello(hello)?;
            let answer = frame(&network.borrow().network.hello(&name));
            stream.write_all(&answer).await.ok()?;
            stream.close().await.ok()
        }));
    }
}

/// Reads a peer's best chain from genesis on, checks it, and keeps its transactions. Returns the height of its head.
pub async fn read_chain(mut control: Control, peer: PeerId, judge: Rc<RefCell<Judge>>) -> Result<u64, String> {
    let protocol = judge.borrow().network.protocol("chain");
    let mut parent = judge.borrow().network.id;
    let mut height = 0;
    loop {
        let request = [&[0][..], &HEADERS_MAX.to_le_bytes(), &parent].concat();
        let answer = ask(&mut control, peer, &protocol, &request).await?;
        let mut hashes = Vec::new();
        let found = frames(&answer).ok_or("no frames")?;
        let [headers] = found[..] else { return Err("the headers are not one frame".into()) };
        for bytes in headers.chunks(HEADER_BYTES) {
            let mut judge = judge.borrow_mut();
            let header = Header::decode(bytes, &judge.network).ok_or("no header")?;
            let follows = header.parent == parent && header.height == height + 1 && header.holds(&judge.network);
            if !follows || judge.check(&header.signed).is_none() {
                return Err(format!("the header of height {} does not follow", height + 1));
            }
            (parent, height) = (header.hash, header.height);
            hashes.push(header.hash);
        }
        if hashes.is_empty() {
            return Ok(height);
        }
        let mut left = &hashes[..];
        while !left.is_empty() {
            let asked = &left[..left.len().min(BODIES_MAX)];
            let answer = ask(&mut control, peer, &protocol, &[&[1][..], &asked.concat()].concat()).await?;
            let blocks = frames(&answer).filter(|blocks| !blocks.is_empty()).ok_or("no blocks")?;
            let judge = &mut judge.borrow_mut();
            for (bytes, hash) in blocks.iter().zip(asked) {
                take_block(judge, bytes, hash).ok_or("a block that was asked for does not hold")?;
            }
            left = &left[blocks.len().min(asked.len())..];
        }
    }
}

fn take_block(judge: &mut Judge, bytes: &[u8], hash: &[u8; 32]) -> Option<()> {
    let (header, items) = decode_block(bytes, &judge.network)?;
    if header.hash != *hash {
        return None;
    }
    for item in items {
        let transaction = Transaction::decode(item, &judge.network).filter(|transaction| transaction.fits)?;
        if !judge.transactions.contains_key(&transaction.hash) {
            judge.check(&transaction.signed)?;
            judge.transactions.insert(transaction.hash, transaction.id());
        }
    }
    judge.height = judge.height.max(header.height);
    judge.blocks.insert(header.hash);
    Some(())
}

/// The network of a judge, where only that is needed.
pub fn network_of<T>(judge: &Rc<RefCell<Judge>>, look: impl Fn(&Network) -> T) -> T {
    look(&judge.borrow().network)
}

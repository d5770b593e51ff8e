"""Checks a folder of vectors with code that is not this project's: remerkleable (SSZ and its roots), cryptography (Ed25519), hashlib. What these lack, the
framing and the comparison of sets, is written here from PROTOCOL.md alone. Prints a line a file; ends with 1 at the first thing that differs.

usage: python check.py DIR
"""
import hashlib
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from remerkleable.basic import uint8, uint16, uint32, uint64
from remerkleable.byte_arrays import ByteList, Bytes32, ByteVector
from remerkleable.complex import Container, List

folder = Path(sys.argv[1])


def read(name):
    return json.loads((folder / name).read_text())


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


H = bytes.fromhex
checks = 0


def same(what, got, wanted):
    global checks
    checks += 1
    if got != wanted:
        sys.exit(f"{what}: {got!r} is not {wanted!r}")


class Account(Container):
    key: Bytes32
    balance: uint64


class Network(Container):
    name: ByteList[64]
    genesisTime: uint64
    slotMs: uint64
    validators: List[Bytes32, 1024]
    accounts: List[Account, 2**20]
    txLifetimeMs: uint64
    feeFloor: uint64


class Body(Container):
    sender: Bytes32
    nonce: uint64
    recipient: Bytes32
    amount: uint64
    fee: uint64
    createdAt: uint64
    payload: ByteList[16384]


class SignedTransaction(Container):
    body: Body
    signature: ByteVector[64]


class Header(Container):
    parent: Bytes32
    height: uint64
    slot: uint64
    proposer: Bytes32
    txRoot: Bytes32
    shortIdsHash: Bytes32
    ledgerRoot: Bytes32
    txCount: uint32


class SignedHeader(Container):
    header: Header
    signature: ByteVector[64]


class Block(Container):
    header: SignedHeader
    transactions: List[SignedTransaction, 4096]


class Prefilled(Container):
    index: uint32
    transaction: SignedTransaction


class CompactBlock(Container):
    header: SignedHeader
    shortIds: List[ByteVector[8], 4096]
    prefilled: List[Prefilled, 256]


class Entry(Container):
    key: Bytes32
    balance: uint64
    nonce: uint64


class Hello(Container):
    version: uint16
    networkId: Bytes32
    headHeight: uint64
    headHash: Bytes32
    settledHeight: uint64
    mempoolCount: uint64
    mempoolFingerprint: Bytes32
    name: ByteList[64]


class Tag(Container):
    key: ByteList[32]
    value: ByteList[64]


class Record(Container):
    key: Bytes32
    incarnation: uint64
    seq: uint64
    startedAt: uint64
    publishedAt: uint64
    headHeight: uint64
    headHash: Bytes32
    settledHeight: uint64
    mempoolCount: uint64
    flags: uint8
    name: ByteList[64]
    agentVersion: ByteList[64]
    addresses: List[ByteList[128], 8]
    tags: List[Tag, 16]
    neighbours: List[ByteVector[4], 32]


class SignedRecord(Container):
    body: Record
    signature: ByteVector[64]


Batch = List[SignedTransaction, 256]
Objects = List[ByteList[2**20], 4096]


def ssz(kind, text):
    """The value, and that it has no other bytes than these."""
    value = kind.decode_bytes(H(text))
    same(f"{kind.__name__} again", value.encode_bytes().hex(), text)
    return value


def signing(tag, network, body):
    return tag.encode() + b"\0" + network + body


def verify(key, message, signature):
    global checks
    checks += 1
    Ed25519PublicKey.from_public_bytes(key).verify(signature, message)


# ---- keys and network
keys = {entry["name"]: entry for entry in read("keys.json")["keys"]}
for name, entry in keys.items():
    tag = "hearsay/dev-validator/1" if name.startswith("validator-") else "hearsay/dev-account/1"
    same(f"secret of {name}", sha(tag.encode(), b"\0", name.encode()).hex(), entry["secret"])
    own = Ed25519PrivateKey.from_private_bytes(H(entry["secret"])).public_key().public_bytes_raw()
    same(f"key of {name}", own.hex(), entry["publicKey"])
document = read("network.json")
container = Network(
    name=document["name"].encode(),
    genesisTime=document["genesisTime"],
    slotMs=document["slotMs"],
    validators=[H(key) for key in document["validators"]],
    accounts=[Account(key=H(a["key"]), balance=int(a["balance"])) for a in document["accounts"]],
    txLifetimeMs=document["txLifetimeMs"],
    feeFloor=int(document["feeFloor"]),
)
network = sha(container.encode_bytes())
named = read("network-id.json")
same("networkId", network.hex(), named["networkId"])
same("id8", network.hex()[:8], named["id8"])
same("topics", [f"/hearsay/{named['id8']}/{topic}" for topic in ("transactions", "blocks", "records")], named["topics"])
print("ok keys.json, network.json, network-id.json")

# ---- transactions
file = read("transactions.json")
same("networkId of the transactions", file["networkId"], network.hex())
same("signingPrefix", file["signingPrefix"], signing("hearsay/tx/1", network, b"").hex())
for golden in file["transactions"]:
    body = Body(
        sender=H(golden["sender"]),
        nonce=int(golden["nonce"]),
        recipient=H(golden["recipient"]),
        amount=int(golden["amount"]),
        fee=int(golden["fee"]),
        createdAt=golden["createdAt"],
        payload=H(golden["payload"]),
    )
    same("body", body.encode_bytes().hex(), golden["body"])
    signed = signing("hearsay/tx/1", network, body.encode_bytes())
    same("signedBytes", signed.hex(), golden["signedBytes"])
    same("txId", sha(signed).hex(), golden["txId"])
    signature = Ed25519PrivateKey.from_private_bytes(H(keys["alice"]["secret"])).sign(signed)
    same("signature", signature.hex(), golden["signature"])
    verify(H(golden["sender"]), signed, signature)
    whole = SignedTransaction(body=body, signature=signature).encode_bytes()
    same("bytes", whole.hex(), golden["bytes"])
    same("txHash", sha(whole).hex(), golden["txHash"])
    same("shortId", sha(whole).hex()[:16], golden["shortId"])
    same("reconcileKey", golden["createdAt"].to_bytes(6, "big").hex() + golden["txId"][:32], golden["reconcileKey"])
for refused in file["refused"]:
    checks += 1
    try:
        value = SignedTransaction.decode_bytes(H(refused["bytes"]))
        if value.encode_bytes().hex() != refused["bytes"] or int(value.body.createdAt) >= 2**53:
            raise ValueError("another encoding")
        body = value.body
        verify(bytes(body.sender), signing("hearsay/tx/1", network, body.encode_bytes()), bytes(value.signature))
        code = "overflow" if int(body.amount) + int(body.fee) >= 2**64 or int(body.nonce) == 2**64 - 1 else "taken"
    except Exception as error:  # remerkleable raises plain exceptions
        code = "invalid-signature" if type(error).__name__ == "InvalidSignature" else "undecodable"
        if len(H(refused["bytes"])) > 168 + 16384:
            code = "too-large"
    same(f"refused: {refused['why']}", code, refused["code"])
print("ok transactions.json")

file = read("batch.json")
batch = ssz(Batch, file["batch"])
same("items", [item.encode_bytes().hex() for item in batch], file["items"])
topic = file["topic"].encode()
prefix = b"hearsay/msg/1" + len(topic).to_bytes(2, "little") + topic
same("messageIdPrefix", prefix.hex(), file["messageIdPrefix"])
same("messageId", sha(prefix, H(file["batch"])).hex(), file["messageId"])
for refused in file["refused"]:
    checks += 1
    try:
        taken = Batch.decode_bytes(H(refused["bytes"]))
    except Exception:  # remerkleable raises plain exceptions
        continue
    same(f"refused: {refused['why']}", len(taken), 0)
same("topic of the batch", file["topic"], named["topics"][0])
print("ok batch.json")

# ---- a block
file = read("block.json")
hashes = [H(golden["txHash"]) for golden in read("transactions.json")["transactions"]]
header = Header(**{name: H(v) if isinstance(v, str) else v for name, v in file["header"].items()})
same("txRoot", List[Bytes32, 4096](*hashes).hash_tree_root().hex(), file["header"]["txRoot"])
same("txHashes", [h.hex() for h in hashes], file["txHashes"])
same("shortIds", [h[:8].hex() for h in hashes], file["shortIds"])
same("topic of the block", file["topic"], named["topics"][1])
same("shortIdsHash", sha(*(h[:8] for h in hashes)).hex(), file["header"]["shortIdsHash"])
signed = signing("hearsay/block/1", network, header.encode_bytes())
same("signedBytes of the header", signed.hex(), file["signedBytes"])
same("blockHash", sha(signed).hex(), file["blockHash"])
same("owner of slot 1", file["header"]["proposer"], document["validators"][1])
verify(bytes(header.proposer), signed, H(file["signature"]))
whole = SignedHeader(header=header, signature=H(file["signature"]))
same("signedHeader", whole.encode_bytes().hex(), file["signedHeader"])
same("block", Block(header=whole, transactions=list(batch)).encode_bytes().hex(), file["block"])
short = [h[:8] for h in hashes]
same("compactBlock", CompactBlock(header=whole, shortIds=short, prefilled=[]).encode_bytes().hex(), file["compactBlock"])
first = CompactBlock(header=whole, shortIds=short, prefilled=[Prefilled(index=0, transaction=batch[0])])
same("compactBlockWithFirst", first.encode_bytes().hex(), file["compactBlockWithFirst"])
same("txRoot of nothing", List[Bytes32, 4096]().hash_tree_root().hex(), file["emptyBlockRoots"]["txRoot"])
same("shortIdsHash of nothing", sha().hex(), file["emptyBlockRoots"]["shortIdsHash"])
ledger = [[a["key"], int(a["balance"]), 0] for a in document["accounts"]]


def at(key):
    for account in ledger:
        if account[0] == key:
            return account
    ledger.append([key, 0, 0])
    return ledger[-1]


def root():
    return List[Entry, 2**32](*[Entry(key=H(k), balance=b, nonce=n) for k, b, n in ledger]).hash_tree_root().hex()


same("accounts before", [{"key": k, "balance": str(b), "nonce": str(n)} for k, b, n in ledger], file["ledgerBefore"]["accounts"])
same("ledgerRoot before", root(), file["ledgerBefore"]["ledgerRoot"])
fees = 0
for item in batch:
    body = item.body
    sender = at(bytes(body.sender).hex())
    same("nonce", int(body.nonce), sender[2])
    sender[1] -= int(body.amount) + int(body.fee)
    sender[2] += 1
    at(bytes(body.recipient).hex())[1] += int(body.amount)
    fees += int(body.fee)
at(file["header"]["proposer"])[1] += fees
same("accounts", [{"key": k, "balance": str(b), "nonce": str(n)} for k, b, n in ledger], file["ledgerAfter"]["accounts"])
same("ledgerRoot after", root(), file["ledgerAfter"]["ledgerRoot"])
same("ledgerRoot of the header", root(), file["header"]["ledgerRoot"])
print("ok block.json")

for proof in read("proofs.json")["proofs"]:
    node = Entry(key=H(proof["key"]), balance=int(proof["balance"]), nonce=int(proof["nonce"])).hash_tree_root()
    position = proof["index"]
    for sibling in proof["branch"]:
        node = sha(H(sibling), node) if position % 2 else sha(node, H(sibling))
        position //= 2
    same("root of a proof", sha(node, proof["size"].to_bytes(32, "little")).hex(), proof["ledgerRoot"])
    same("ledgerRoot of a proof", proof["ledgerRoot"], file["header"]["ledgerRoot"])
print("ok proofs.json")

block = read("block.json")
tx = read("transactions.json")["transactions"][0]
nothing = "00" * 32
rows = read("requests.json")["requests"]
requests = [row["request"] for row in rows]
same("requests", requests, [
    "00" + (16).to_bytes(2, "little").hex() + network.hex(),
    "00" + (512).to_bytes(2, "little").hex() + block["blockHash"],
    "01" + block["blockHash"] + nothing,
    "00" + tx["txId"] + nothing,
    "03" + block["blockHash"],
    "04" + block["blockHash"] + tx["shortId"],
])
listed = lambda *items: Objects(*[ByteList[2**20](H(item)) for item in items]).encode_bytes().hex()
same("answers", [row["answer"] for row in rows], [
    [block["signedHeader"]],
    [""],
    [block["block"], ""],
    [listed(tx["bytes"], "")],
    [listed(block["block"])],
    [listed(tx["bytes"])],
])
print("ok requests.json")

# ---- peers
file = read("hello.json")
total = sum(int(tx_id, 16) for tx_id in file["pool"]) % 2**256
fingerprint = sha(total.to_bytes(32, "big"), len(file["pool"]).to_bytes(8, "big"))
same("mempoolFingerprint", fingerprint.hex(), file["hello"]["mempoolFingerprint"])
same("fingerprint of nothing", sha(bytes(40)).hex(), file["fingerprintOfNothing"])
hello = file["hello"]
value = Hello(
    version=hello["version"], networkId=H(hello["networkId"]), headHeight=int(hello["headHeight"]), headHash=H(hello["headHash"]),
    settledHeight=int(hello["settledHeight"]), mempoolCount=int(hello["mempoolCount"]),
    mempoolFingerprint=fingerprint, name=hello["name"].encode(),
)
same("hello", value.encode_bytes().hex(), file["bytes"])


def varint(number):
    out = b""
    while number >= 128:
        out += bytes([number % 128 + 128])
        number //= 128
    return out + bytes([number])


same("frame", (varint(len(H(file["bytes"]))) + H(file["bytes"])).hex(), file["frame"])
print("ok hello.json")

file = read("record.json")
for node in file["nodes"]:
    own = Ed25519PrivateKey.from_private_bytes(H(node["secret"])).public_key().public_bytes_raw()
    same("key of a node", own.hex(), node["key"])
    same("mark", sha(own).hex()[:8], node["mark"])
    number, text = int.from_bytes(bytes.fromhex("002408011220") + own, "big"), ""
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    while number > 0:
        number, digit = divmod(number, 58)
        text = alphabet[digit] + text
    same("peerId", "1" + text, node["peerId"])
said = file["record"]
record = Record(
    key=H(said["key"]), incarnation=said["incarnation"], seq=said["seq"], startedAt=said["startedAtMs"], publishedAt=said["publishedAtMs"],
    headHeight=said["head"]["height"], headHash=H(said["head"]["hash"]), settledHeight=said["settledHeight"],
    mempoolCount=said["mempoolCount"], flags=int(said["isLeaving"]), name=said["name"].encode(), agentVersion=said["agentVersion"].encode(),
    addresses=[ByteList[128](a.encode()) for a in said["addresses"]],
    tags=[Tag(key=k.encode(), value=v.encode()) for k, v in said["tags"]], neighbours=[H(n) for n in said["neighbours"]],
)
same("body of the record", record.encode_bytes().hex(), file["body"])
signed = signing("hearsay/record/1", network, record.encode_bytes())
same("signedBytes of the record", signed.hex(), file["signedBytes"])
verify(H(said["key"]), signed, H(file["signature"]))
whole = SignedRecord(body=record, signature=H(file["signature"])).encode_bytes()
same("record", whole.hex(), file["bytes"])
same("hash of the record", sha(whole).hex(), file["hash"])
same("key of the record", sha(H(said["key"]))[:6].hex() + sha(whole).hex()[:32], file["reconcileKey"])
same("message of the record", "00" + whole.hex(), file["message"])
said = file["suspicion"]
body = H(said["targetKey"]) + said["incarnation"].to_bytes(8, "little") + said["seq"].to_bytes(8, "little") + H(said["accuserKey"]) + said["timeMs"].to_bytes(8, "little")
signed = signing("hearsay/suspicion/1", network, body)
same("signedBytes of the suspicion", signed.hex(), file["suspicionSignedBytes"])
verify(H(said["accuserKey"]), signed, H(file["suspicionBytes"])[:64])
same("suspicion", file["suspicionBytes"][128:], body.hex())
same("message of the suspicion", "01" + file["suspicionBytes"], file["suspicionMessage"])
print("ok record.json")

file = read("probes.json")
u64 = lambda number: int(number).to_bytes(8, "little").hex()
status = u64(file["status"]["incarnation"]) + u64(file["status"]["seq"]) + u64(file["status"]["headHeight"]) + file["status"]["headHash"]
nonce = u64(file["nonce"])
same("probes", [row["bytes"] for row in file["requests"] + file["answers"]], [
    "00" + nonce + "00" + status, "00" + nonce + "01" + status, "01" + nonce + file["target"] + (750).to_bytes(2, "little").hex(),
    "00" + nonce + status, "01" + nonce, "02" + nonce,
])
print("ok probes.json")

# ---- reconcile
file = read("reconcile.json")
context = network.hex().encode() + b"\0" + b"transactions"
same("context", context.hex(), file["context"])
salt = sha(b"hearsay/fingerprint/1", b"\0", context, file["epoch"].to_bytes(4, "little"))
same("salt", salt.hex(), file["salt"])


def fingerprint_of(items):
    total = sum(int.from_bytes(sha(salt, key), "little") for key in items) % 2**256
    return sha(total.to_bytes(32, "little"), len(items).to_bytes(4, "little"))[:16]


steps = file["fingerprint"]
for step in steps["items"]:
    same("saltedHash", sha(salt, H(step["key"])).hex(), step["saltedHash"])
same("fingerprint", fingerprint_of([H(step["key"]) for step in steps["items"]]).hex(), steps["fingerprint"])
everything = [item["order"].to_bytes(6, "big") + H(item["id"])[:16] for item in file["items"]]
START, END = bytes(22), b"\xff" * 23


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        part = self.data[self.at:self.at + count]
        self.at += count
        return part

    def varint(self):
        value, shift = 0, 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def keys(self, lower):
        order = int.from_bytes(lower[:6], "big")
        found = []
        for _ in range(self.varint()):
            order += self.varint()
            found.append(order.to_bytes(6, "big") + self.take(16))
        return found

    def ranges(self, answer):
        lower, found = START, []
        while self.at < len(self.data):
            head = self.take(1)[0]
            form, length = head >> 5, head & 31
            if length == 31:
                upper = END
            else:
                order = int.from_bytes(lower[:6], "big") + self.varint()
                upper = order.to_bytes(6, "big") + self.take(length).ljust(16, b"\0")
            if form == 1:
                found.append(("compare", lower, upper, self.varint(), self.take(16)))
            elif form == 2:
                found.append(("list", lower, upper, self.keys(lower) if answer else None))
            else:
                found.append(("skip" if form == 0 else "later", lower, upper))
            lower = upper
        return found


def within(items, lower, upper):
    return sorted(key for key in items if lower <= key < upper)


few = sorted(H(step["key"]) for step in steps["items"])
cases = [(few[:0] + [H(s["key"]) for s in steps["items"]][:4], few), (few, few), ([], []),
         ([k for i, k in enumerate(everything) if i not in (17, 150)], everything), (few, [])]
for (ours, theirs), case in zip(cases, file["comparisons"], strict=True):
    for turn in case["rounds"]:
        reader = Reader(H(turn["request"]))
        same("kind and epoch", reader.take(5), b"\0" + file["epoch"].to_bytes(4, "little"))
        same("largest answer", reader.varint(), 524288)
        for form, lower, upper, *rest in reader.ranges(False):
            if form == "compare":
                same("asker's fingerprint", rest, [len(within(ours, lower, upper)), fingerprint_of(within(ours, lower, upper))])
        for frame in turn["answer"]:
            reader = Reader(H(frame))
            same("kind of an answer", reader.take(1), b"\0")
            for form, lower, upper, *rest in reader.ranges(True):
                if form == "compare":
                    same("answerer's fingerprint", rest, [len(within(theirs, lower, upper)), fingerprint_of(within(theirs, lower, upper))])
                if form == "list":
                    same("listed keys", rest[0], within(theirs, lower, upper))
    same("what is asked for", sorted(case["asksFor"]), [key.hex() for key in sorted(set(theirs) - set(ours))])
    same("what is offered", sorted(case["offers"]), [key.hex() for key in sorted(set(ours) - set(theirs))])
offer = Reader(H(file["offer"]["request"]))
same("kind of an offer", offer.take(1), b"\2")
same("offered keys", [key.hex() for key in offer.keys(START)], file["offer"]["keys"])
bits = H(file["offer"]["answer"][0])
same("bits", [bool(bits[1 + i // 8] >> (i % 8) & 1) for i in range(len(file["offer"]["keys"]))], file["offer"]["had"])
same("other epoch", file["otherEpoch"]["answer"], ["01" + file["epoch"].to_bytes(4, "little").hex() + (file["epoch"] + 1).to_bytes(4, "little").hex()])
same("busy", file["busy"], "03")
print("ok reconcile.json")
print(f"{checks} checks, all equal")

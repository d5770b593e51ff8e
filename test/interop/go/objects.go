package main

import (
	"crypto/ed25519"
	"encoding/binary"
	"math"
)

// The bytes of objects: lists, transactions, headers, compact blocks, records, suspicions. What can't be decoded is nil, or not ok.

const (
	itemsMax             = 256
	batchBytesMax        = 262_144
	blockBytesMax        = 1_048_576
	blockTransactionsMax = 4_096
	headerBytes          = 244
	headerBodyBytes      = 180
	recordFixedBytes     = 141
)

func u32(bytes []byte, at int) int    { return int(binary.LittleEndian.Uint32(bytes[at:])) }
func u64(bytes []byte, at int) uint64 { return binary.LittleEndian.Uint64(bytes[at:]) }

// signed is what was signed, by whom, and the signature.
type signed struct {
	key       hash
	bytes     []byte
	signature []byte
}

type transaction struct {
	signed
	id, hash       hash
	fee, createdMs uint64
}

func (n *net) decodeTransaction(bytes []byte) *transaction {
	if len(bytes) < 168 || len(bytes) > 16_552 || u32(bytes, 0) != 68 {
		return nil
	}
	body := bytes[68:]
	nonce, amount, fee, created := u64(body, 32), u64(body, 72), u64(body, 80), u64(body, 88)
	if u32(body, 96) != 100 || created > numberMax || amount > math.MaxUint64-fee || nonce == math.MaxUint64 {
		return nil
	}
	text := n.signedBytes("hearsay/tx/1", body)
	return &transaction{
		signed: signed{key: hash(body[:32]), bytes: text, signature: bytes[4:68]},
		id:     sha(text), hash: sha(bytes), fee: fee, createdMs: created,
	}
}

// signTransaction makes a transaction of 1 with a fee of 1 to whoever signs it.
func (n *net) signTransaction(key ed25519.PrivateKey, nonce, createdMs uint64) []byte {
	sender := key.Public().(ed25519.PublicKey)
	var body []byte
	for _, part := range [][]byte{sender, le64(nonce), sender, le64(1), le64(1), le64(createdMs), le32(100)} {
		body = append(body, part...)
	}
	signature := ed25519.Sign(key, n.signedBytes("hearsay/tx/1", body))
	return append(append(le32(68), signature...), body...)
}

// batchOf is the list with this one transaction.
func batchOf(item []byte) []byte { return append(le32(4), item...) }

// split gives the items of a list of items of variable size.
func split(list []byte, max int) ([][]byte, bool) {
	if len(list) == 0 {
		return nil, true
	}
	if len(list) < 4 {
		return nil, false
	}
	first := u32(list, 0)
	if first == 0 || first%4 != 0 || first/4 > max || first > len(list) {
		return nil, false
	}
	items := make([][]byte, 0, first/4)
	for from, at := first, 4; at <= first; at += 4 {
		to := len(list)
		if at < first {
			to = u32(list, at)
		}
		if to < from || to > len(list) {
			return nil, false
		}
		items = append(items, list[from:to])
		from = to
	}
	return items, true
}

type header struct {
	signed
	hash, parent, shortIDsHash hash
	height, slot               uint64
	count                      int
}

// decodeHeader also holds the rules that need nothing but the header and the network.
func (n *net) decodeHeader(bytes []byte) *header {
	if len(bytes) != headerBytes {
		return nil
	}
	text := n.signedBytes("hearsay/block/1", bytes[:headerBodyBytes])
	h := &header{
		signed: signed{key: hash(bytes[48:80]), bytes: text, signature: bytes[headerBodyBytes:]},
		hash:   sha(text), parent: hash(bytes[:32]), shortIDsHash: hash(bytes[112:144]),
		height: u64(bytes, 32), slot: u64(bytes, 40), count: u32(bytes, 176),
	}
	isPossible := h.height >= 1 && h.height <= h.slot && h.slot <= numberMax && h.count <= blockTransactionsMax && (h.parent == n.id) == (h.height == 1)
	if !isPossible || len(n.validators) == 0 || n.validators[h.slot%uint64(len(n.validators))] != h.key {
		return nil
	}
	return h
}

// decodeCompact gives the header of a compact block whose short ids and prefilled transactions are its own.
func (n *net) decodeCompact(bytes []byte) *header {
	if len(bytes) < 252 || len(bytes) > blockBytesMax || u32(bytes, headerBytes) != 252 {
		return nil
	}
	h, to := n.decodeHeader(bytes[:headerBytes]), u32(bytes, 248)
	if h == nil || to < 252 || to > len(bytes) {
		return nil
	}
	shortIDs := bytes[252:to]
	items, ok := split(bytes[to:], itemsMax)
	if !ok || len(shortIDs) != 8*h.count || sha(shortIDs) != h.shortIDsHash {
		return nil
	}
	next := 0
	for _, item := range items {
		if len(item) < 8 || u32(item, 4) != 8 {
			return nil
		}
		index, digest := u32(item, 0), sha(item[8:])
		if index < next || index >= h.count || string(shortIDs[8*index:8*index+8]) != string(digest[:8]) {
			return nil
		}
		next = index + 1
	}
	return h
}

// decodeBlock gives the header and the transactions of a whole block.
func (n *net) decodeBlock(bytes []byte) (*header, [][]byte) {
	if len(bytes) < 248 || len(bytes) > blockBytesMax || u32(bytes, headerBytes) != 248 {
		return nil, nil
	}
	h := n.decodeHeader(bytes[:headerBytes])
	items, ok := split(bytes[248:], blockTransactionsMax)
	if h == nil || !ok || len(items) != h.count {
		return nil, nil
	}
	return h, items
}

// word is what a node says of itself or of another one: how new it is, and when it was made.
type word struct {
	signed
	isRecord         bool
	incarnation, seq uint64
	madeMs           uint64
}

// decodeWord reads a message on the topic of records.
func (n *net) decodeWord(bytes []byte) *word {
	switch {
	case len(bytes) >= 1+68+recordFixedBytes && bytes[0] == 0 && u32(bytes, 1) == 68:
		body := bytes[1+68:]
		if !isRecordBody(body) {
			return nil
		}
		return &word{
			signed:   signed{key: hash(body[:32]), bytes: n.signedBytes("hearsay/record/1", body), signature: bytes[5:69]},
			isRecord: true, incarnation: u64(body, 32), seq: u64(body, 40), madeMs: u64(body, 56),
		}
	case len(bytes) == 1+64+88 && bytes[0] == 1:
		body := bytes[65:]
		if u64(body, 32) > numberMax || u64(body, 40) > numberMax || u64(body, 80) > numberMax {
			return nil
		}
		return &word{
			signed:      signed{key: hash(body[48:80]), bytes: n.signedBytes("hearsay/suspicion/1", body), signature: bytes[1:65]},
			incarnation: u64(body, 32), seq: u64(body, 40), madeMs: u64(body, 80),
		}
	}
	return nil
}

func isRecordBody(body []byte) bool {
	for _, at := range []int{32, 40, 48, 56, 64, 104, 112} {
		if u64(body, at) > numberMax {
			return false
		}
	}
	ends := []int{u32(body, 121), u32(body, 125), u32(body, 129), u32(body, 133), u32(body, 137), len(body)}
	if body[120] > 1 || ends[0] != recordFixedBytes {
		return false
	}
	var parts [5][]byte
	for index := range parts {
		if ends[index+1] < ends[index] || ends[index+1] > len(body) {
			return false
		}
		parts[index] = body[ends[index]:ends[index+1]]
	}
	isText := func(text []byte, max int) bool { return len(text) <= max && isPrintable(text) }
	addresses, ok := split(parts[2], 8)
	tags, also := split(parts[3], 16)
	if !ok || !also || !isText(parts[0], 64) || !isText(parts[1], 64) || len(parts[4])%4 != 0 || len(parts[4]) > 128 {
		return false
	}
	for _, address := range addresses {
		if len(address) == 0 || address[0] != '/' || !isText(address, 128) {
			return false
		}
	}
	for _, tag := range tags {
		if len(tag) < 9 || u32(tag, 0) != 8 || u32(tag, 4) < 9 || u32(tag, 4) > len(tag) {
			return false
		}
		if !isText(tag[8:u32(tag, 4)], 32) || !isText(tag[u32(tag, 4):], 64) {
			return false
		}
	}
	return true
}

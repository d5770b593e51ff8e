package main

import (
	"crypto/ed25519"
	"sync"
	"time"

	"filippo.io/edwards25519"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
)

// aheadMsMax is how far ahead of our clock something may be made.
const aheadMsMax = 30_000

func nowMs() uint64 { return uint64(time.Now().UnixMilli()) }

// judge gives verdicts on what others publish: strict where everybody must agree, and Ignore where a ledger or a chain decides, which this peer does not keep.
type judge struct {
	*net
	mutex sync.Mutex
	// TxIds of the transactions that hold, by their TxHashes.
	transactions map[hash]hash
	blocks       map[hash]bool
	height       uint64
	// The newest version of a record of each key.
	records  map[hash][2]uint64
	keys     map[hash]bool
	rejected int
}

func newJudge(n *net) *judge {
	return &judge{net: n, transactions: map[hash]hash{}, blocks: map[hash]bool{}, records: map[hash][2]uint64{}, keys: map[hash]bool{}}
}

func (j *judge) message(kind string, data []byte) pubsub.ValidationResult {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	verdict := map[string]func([]byte) pubsub.ValidationResult{"transactions": j.batch, "blocks": j.block, "records": j.word}[kind](data)
	if verdict == pubsub.ValidationReject {
		j.rejected++
	}
	return verdict
}

func (j *judge) batch(data []byte) pubsub.ValidationResult {
	items, ok := split(data, itemsMax)
	if !ok || len(items) == 0 || len(data) > batchBytesMax {
		return pubsub.ValidationReject
	}
	now := nowMs()
	var fresh []*transaction
	refused := 0
	for _, item := range items {
		t := j.decodeTransaction(item)
		if t == nil {
			return pubsub.ValidationReject
		}
		if _, known := j.transactions[t.hash]; known {
			continue
		}
		if t.createdMs > now+aheadMsMax || now > t.createdMs+j.lifetimeMs || t.fee < j.floor {
			refused++
			continue
		}
		if !j.holds(&t.signed) {
			return pubsub.ValidationReject
		}
		fresh = append(fresh, t)
	}
	for _, t := range fresh {
		j.transactions[t.hash] = t.id
	}
	if len(fresh) == 0 || refused > 0 {
		return pubsub.ValidationIgnore
	}
	return pubsub.ValidationAccept
}

func (j *judge) block(data []byte) pubsub.ValidationResult {
	h := j.decodeCompact(data)
	if h == nil || !j.holds(&h.signed) {
		return pubsub.ValidationReject
	}
	if now := nowMs(); now < j.genesisMs || (now-j.genesisMs)/j.slotMs < h.slot || j.blocks[h.hash] {
		return pubsub.ValidationIgnore
	}
	j.blocks[h.hash] = true
	j.height = max(j.height, h.height)
	return pubsub.ValidationAccept
}

func (j *judge) word(data []byte) pubsub.ValidationResult {
	w := j.decodeWord(data)
	if w == nil || !j.holds(&w.signed) {
		return pubsub.ValidationReject
	}
	held := j.records[w.key]
	isOld := w.incarnation < held[0] || w.incarnation == held[0] && w.seq <= held[1]
	if w.isRecord && isOld || w.madeMs > nowMs()+aheadMsMax {
		return pubsub.ValidationIgnore
	}
	if w.isRecord {
		j.records[w.key] = [2]uint64{w.incarnation, w.seq}
	}
	return pubsub.ValidationAccept
}

// holds is the rule of all signatures. crypto/ed25519 lacks rule 1 and the identity as R.
func (j *judge) holds(s *signed) bool {
	isGood, isKnown := j.keys[s.key]
	if !isKnown {
		isGood = isStrictKey(s.key[:])
		j.keys[s.key] = isGood
	}
	return isGood && [32]byte(s.signature[:32]) != identity && ed25519.Verify(s.key[:], s.bytes, s.signature)
}

var identity = [32]byte{1}

// eighth is the inverse of the cofactor, by which a point times the cofactor comes back to itself if it has no part of small order.
var eighth = func() *edwards25519.Scalar {
	eight, _ := edwards25519.NewScalar().SetCanonicalBytes(append([]byte{8}, make([]byte, 31)...))
	return eight.Invert(eight)
}()

func isStrictKey(key []byte) bool {
	point, err := new(edwards25519.Point).SetBytes(key)
	if err != nil || string(point.Bytes()) != string(key) || point.Equal(edwards25519.NewIdentityPoint()) == 1 {
		return false
	}
	back := new(edwards25519.Point).MultByCofactor(point)
	return back.ScalarMult(eighth, back).Equal(point) == 1
}

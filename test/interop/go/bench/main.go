// bench is a bare relay on go-libp2p and go-libp2p-pubsub, for `npm run bench -- peers`: gossipsub over TLS and yamux,
// lists of 64 transactions a message, and every node checks every transaction of others once. It keeps ids and bytes,
// and nothing else: no API, disk, pool, ledger, ban, repair or record.
//
// `bench NODES FILE PREFIX [ADDRESS…]`: transactions of 250 bytes one after the other, what stands before a body where
// it is signed (hex), whom to dial. Each line of its input is `start`, `stop` or `figures`; its output is a JSON
// document a line. It ends with its input.
package main

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/libp2p/go-libp2p"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/peer"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
)

const (
	transactionBytes = 250
	batch            = 64
	itemsMax         = 256
	// Own transactions that may be out before those of the others are seen to come in.
	window = 1_024
	queue  = 4_096
	topic  = "plain"
)

type document = map[string]any

func say(d document) {
	text, _ := json.Marshal(d)
	os.Stdout.Write(append(text, '\n'))
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// join makes a list of items of variable size.
func join(items [][]byte) (list []byte) {
	offset := 4 * len(items)
	for _, item := range items {
		list = binary.LittleEndian.AppendUint32(list, uint32(offset))
		offset += len(item)
	}
	for _, item := range items {
		list = append(list, item...)
	}
	return
}

// split gives the items of such a list; nil where it is none.
func split(list []byte) [][]byte {
	u32 := func(at int) int { return int(binary.LittleEndian.Uint32(list[at:])) }
	if len(list) < 4 {
		return nil
	}
	first := u32(0)
	if first == 0 || first%4 != 0 || first/4 > itemsMax || first > len(list) {
		return nil
	}
	items := make([][]byte, 0, first/4)
	for from, at := first, 4; at <= first; at += 4 {
		to := len(list)
		if at < first {
			to = u32(at)
		}
		if to < from || to > len(list) {
			return nil
		}
		items = append(items, list[from:to])
		from = to
	}
	return items
}

type relay struct {
	prefix            []byte
	self              peer.ID
	mutex             sync.Mutex
	known             map[[32]byte][]byte
	checked, received atomic.Int64
}

// one says whether a transaction is new; it is an error where it does not hold.
func (r *relay) one(item []byte) (bool, error) {
	if len(item) < 168 || binary.LittleEndian.Uint32(item) != 68 {
		return false, fmt.Errorf("no transaction")
	}
	text := append(append(make([]byte, 0, len(r.prefix)+len(item)), r.prefix...), item[68:]...)
	id := sha256.Sum256(text)
	r.mutex.Lock()
	_, isOld := r.known[id]
	r.mutex.Unlock()
	if isOld {
		return false, nil
	}
	r.checked.Add(1)
	if !ed25519.Verify(item[68:100], text, item[4:68]) {
		return false, fmt.Errorf("a signature does not hold")
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.known[id] = item
	return true, nil
}

func (r *relay) judge(_ context.Context, from peer.ID, m *pubsub.Message) pubsub.ValidationResult {
	fresh := int64(0)
	for _, item := range split(m.Data) {
		isFresh, err := r.one(item)
		if err != nil {
			return pubsub.ValidationReject
		}
		if isFresh {
			fresh++
		}
	}
	if fresh == 0 {
		return pubsub.ValidationIgnore
	}
	if from != r.self {
		r.received.Add(fresh)
	}
	return pubsub.ValidationAccept
}

// publish sends what is in the file while it keeps step with what comes in; it says whether that was all.
func (r *relay) publish(to *pubsub.Topic, own []byte, others int64, running *atomic.Bool) bool {
	for published := int64(0); running.Load(); {
		if published >= r.received.Load()/others+window {
			time.Sleep(200 * time.Microsecond)
			continue
		}
		if len(own) < batch*transactionBytes {
			return true
		}
		items := make([][]byte, batch)
		for index := range items {
			items[index], own = own[:transactionBytes], own[transactionBytes:]
		}
		published += batch
		must(to.Publish(context.Background(), join(items)))
	}
	return false
}

func cpuMs() float64 {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e6
}

func rssMb() float64 {
	text, _ := os.ReadFile("/proc/self/statm")
	var size, resident int
	_, _ = fmt.Sscan(string(text), &size, &resident)
	return float64(resident*os.Getpagesize()) / 1e6
}

func main() {
	if len(os.Args) < 4 {
		must(fmt.Errorf("usage: bench NODES FILE PREFIX [ADDRESS…]"))
	}
	nodes, err := strconv.Atoi(os.Args[1])
	must(err)
	own, err := os.ReadFile(os.Args[2])
	must(err)
	prefix, err := hex.DecodeString(os.Args[3])
	must(err)
	ctx := context.Background()
	host, err := libp2p.New(
		libp2p.Transport(tcp.NewTCPTransport), libp2p.Security(libp2ptls.ID, libp2ptls.New), libp2p.DisableRelay(), libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"),
	)
	must(err)
	r := &relay{prefix: prefix, self: host.ID(), known: map[[32]byte][]byte{}}
	router, err := pubsub.NewGossipSub(ctx, host,
		pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign), pubsub.WithNoAuthor(), pubsub.WithPeerOutboundQueueSize(queue), pubsub.WithValidateQueueSize(queue),
		pubsub.WithMessageIdFn(func(m *pb.Message) string { id := sha256.Sum256(m.GetData()); return string(id[:]) }),
	)
	must(err)
	must(router.RegisterTopicValidator(topic, r.judge))
	to, err := router.Join(topic)
	must(err)
	subscription, err := to.Subscribe(pubsub.WithBufferSize(65_536))
	must(err)
	go func() {
		for {
			if _, err := subscription.Next(ctx); err != nil {
				return
			}
		}
	}()
	for _, text := range os.Args[4:] {
		info, err := peer.AddrInfoFromString(text)
		must(err)
		must(host.Connect(ctx, *info))
	}
	say(document{"kind": "ready", "address": fmt.Sprintf("%s/p2p/%s", host.Addrs()[0], host.ID())})
	var running, ranOut atomic.Bool
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		switch lines.Text() {
		case "start":
			if running.CompareAndSwap(false, true) {
				go func() { ranOut.Store(r.publish(to, own, int64(nodes-1), &running)) }()
			}
		case "stop":
			running.Store(false)
		case "figures":
			say(document{
				"kind": "figures", "received": r.received.Load(), "checked": r.checked.Load(), "peers": len(to.ListPeers()), "cpuMs": cpuMs(), "rssMb": rssMb(),
				"ranOut": ranOut.Load(),
			})
		}
	}
}

// A relaying peer on go-libp2p and go-libp2p-pubsub, written from PROTOCOL.md. It judges what it hears by the strict rules, hands it on, and signs and publishes
// what it is told to; forgeries too. It serves no request but hello.
//
// `peer [-queue N] [-flood] NETWORK.json NAME`. Each line of its input is a command, a JSON document with an `id`; each line of its output answers one, with the
// same `id`, or tells of an event. It ends with its input.
package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/multiformats/go-multiaddr"
)

// rpcBytesMax is what PROTOCOL.md asks for; the library's own is 1 MiB.
const rpcBytesMax = 1_572_864

type document = map[string]any

var output sync.Mutex

func say(d document) {
	text, _ := json.Marshal(d)
	output.Lock()
	defer output.Unlock()
	os.Stdout.Write(append(text, '\n'))
}

func fail(err error) {
	if err != nil {
		say(document{"event": "failed", "error": err.Error()})
		os.Exit(1)
	}
}

func messageID(m *pb.Message) string {
	topic := m.GetTopic()
	id := sha([]byte("hearsay/msg/1"), binary.LittleEndian.AppendUint16(nil, uint16(len(topic))), []byte(topic), m.GetData())
	return string(id[:])
}

// node is the peer: its host, its router's topics, what it knows, and what happened to its connections.
type node struct {
	*judge
	host   host.Host
	name   string
	topics map[string]*pubsub.Topic
	seen   *sight
	gate   *gate
}

func start(path, name string, queue int, flood bool) *node {
	text, err := os.ReadFile(path)
	fail(err)
	n, err := parseNetwork(text)
	fail(err)
	p := &node{judge: newJudge(n), name: name, topics: map[string]*pubsub.Topic{}, seen: newSight(), gate: newGate()}
	p.host, err = libp2p.New(
		libp2p.Transport(tcp.NewTCPTransport), libp2p.Security(libp2ptls.ID, libp2ptls.New), libp2p.Security(noise.ID, noise.New),
		libp2p.DisableRelay(), libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"), libp2p.UserAgent("interop-go/0.52.0"), libp2p.ConnectionGater(p.gate),
	)
	fail(err)
	p.host.SetStreamHandler(helloProtocol, func(stream network.Stream) { n.answerHello(stream, name) })
	ctx := context.Background()
	router, err := pubsub.NewGossipSub(ctx, p.host,
		pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign), pubsub.WithNoAuthor(), pubsub.WithMessageIdFn(messageID), pubsub.WithFloodPublish(flood),
		pubsub.WithMaxMessageSize(rpcBytesMax), pubsub.WithPeerOutboundQueueSize(queue), pubsub.WithValidateQueueSize(queue), pubsub.WithRawTracer(p.seen),
	)
	fail(err)
	for _, kind := range topicKinds {
		fail(router.RegisterTopicValidator(n.topic(kind), func(_ context.Context, from peer.ID, m *pubsub.Message) pubsub.ValidationResult {
			if from == p.host.ID() { // What it is told to publish, forgeries among it.
				return pubsub.ValidationAccept
			}
			return p.message(kind, m.Data)
		}, pubsub.WithValidatorInline(true)))
		topic, err := router.Join(n.topic(kind))
		fail(err)
		subscription, err := topic.Subscribe(pubsub.WithBufferSize(65_536))
		fail(err)
		p.topics[kind] = topic
		go func() {
			for {
				if _, err := subscription.Next(ctx); err != nil {
					return
				}
			}
		}()
	}
	p.host.Network().Notify(&network.NotifyBundle{DisconnectedF: func(n network.Network, c network.Conn) {
		if n.Connectedness(c.RemotePeer()) != network.Connected {
			say(document{"event": "cut", "peer": c.RemotePeer().String()})
		}
	}})
	return p
}

type command struct {
	ID               any
	Do               string
	Address, Account string
	Peer             string
	Peers, Messages  []string
	First, Count, Ms uint64
}

func (p *node) do(ctx context.Context, c *command) (document, error) {
	switch c.Do {
	case "dial":
		return p.dial(ctx, c.Address)
	case "refuse":
		for _, text := range c.Peers {
			id, err := peer.Decode(text)
			if err != nil {
				return nil, err
			}
			p.gate.refuse(id)
			_ = p.host.Network().ClosePeer(id)
		}
		return document{}, nil
	case "allow":
		p.gate.allow()
		return document{}, nil
	case "publish":
		return p.publish(ctx, c.Account, c.First, c.Count)
	case "messages":
		return p.publishAll(ctx, c.Messages)
	case "forge":
		return p.forge(ctx, c.Account, c.Peer, c.Count, time.Duration(c.Ms)*time.Millisecond)
	case "chain":
		id, err := peer.Decode(c.Peer)
		if err != nil {
			return nil, err
		}
		height, err := p.readChain(ctx, p.host, id)
		return document{"height": height}, err
	case "known":
		return p.known(), nil
	case "status":
		return p.status(), nil
	}
	return nil, fmt.Errorf("no command %q", c.Do)
}

func (p *node) dial(ctx context.Context, text string) (document, error) {
	address, err := multiaddr.NewMultiaddr(text)
	if err != nil {
		return nil, err
	}
	to, err := peer.AddrInfoFromP2pAddr(address)
	if err != nil {
		return nil, err
	}
	if err := p.host.Connect(ctx, *to); err != nil {
		return nil, err
	}
	name, err := p.sayHello(ctx, p.host, to.ID, p.name)
	return document{"peer": to.ID.String(), "name": name}, err
}

// publish signs transactions of a development account and publishes each in a message of its own.
func (p *node) publish(ctx context.Context, account string, first, count uint64) (document, error) {
	key, ids, dropped := devAccount(account), []string{}, p.seen.drops()
	for nonce := first; nonce < first+count; nonce++ {
		batch := batchOf(p.signTransaction(key, nonce, nowMs()))
		t := p.decodeTransaction(batch[4:])
		if t == nil || p.message("transactions", batch) != pubsub.ValidationAccept {
			return nil, errors.New("made what does not hold")
		}
		if err := p.topics["transactions"].Publish(ctx, batch); err != nil {
			return nil, err
		}
		ids = append(ids, hex.EncodeToString(t.id[:]))
	}
	return document{"ids": ids, "dropped": p.seen.drops() - dropped}, nil
}

// publishAll publishes messages as they are, as fast as it can.
func (p *node) publishAll(ctx context.Context, messages []string) (document, error) {
	var all [][]byte
	for _, text := range messages {
		data, err := hex.DecodeString(text)
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	started, dropped := time.Now(), p.seen.drops()
	for _, data := range all {
		if err := p.topics["transactions"].Publish(ctx, data); err != nil {
			return nil, err
		}
	}
	return document{"ms": time.Since(started).Milliseconds(), "dropped": p.seen.drops() - dropped}, nil
}

// forge publishes transactions whose signature does not hold, one in each pace, until the peer has cut it off or all are sent.
func (p *node) forge(ctx context.Context, account, from string, count uint64, pace time.Duration) (document, error) {
	id, err := peer.Decode(from)
	if err != nil {
		return nil, err
	}
	key := devAccount(account)
	isConnected := func() bool { return p.host.Network().Connectedness(id) == network.Connected }
	forged := uint64(0)
	for next := time.Now(); forged < count && isConnected(); forged++ {
		item := p.signTransaction(key, 0, nowMs()+forged)
		item[4] ^= 1
		if err := p.topics["transactions"].Publish(ctx, batchOf(item)); err != nil {
			return nil, err
		}
		next = next.Add(pace)
		time.Sleep(time.Until(next))
	}
	// The last one's verdict may be on its way.
	for until := time.Now().Add(2 * time.Second); isConnected() && time.Now().Before(until); {
		time.Sleep(10 * time.Millisecond)
	}
	return document{"forged": forged, "cut": !isConnected()}, nil
}

func (p *node) known() document {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	ids := make([]string, 0, len(p.transactions))
	for _, id := range p.transactions {
		ids = append(ids, hex.EncodeToString(id[:]))
	}
	return document{"ids": ids}
}

func (p *node) status() document {
	peers := []document{}
	for _, id := range p.host.Network().Peers() {
		agent, _ := p.host.Peerstore().Get(id, "AgentVersion")
		peers = append(peers, document{"peer": id.String(), "agent": agent, "mesh": p.seen.meshesOf(id, p.net)})
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return document{"peers": peers, "transactions": len(p.transactions), "height": p.height, "rejected": p.rejected}
}

func main() {
	queue := flag.Int("queue", 8_192, "RPCs that wait for a peer, and messages that wait for their check")
	flood := flag.Bool("flood", false, "publish to peers outside of the mesh too")
	flag.Parse()
	if flag.NArg() != 2 {
		fail(errors.New("usage: peer [-queue N] [-flood] NETWORK.json NAME"))
	}
	p := start(flag.Arg(0), flag.Arg(1), *queue, *flood)
	say(document{"event": "ready", "peer": p.host.ID().String(), "address": fmt.Sprintf("%s/p2p/%s", p.host.Addrs()[0], p.host.ID())})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 64<<20)
	for lines.Scan() {
		var c command
		fail(json.Unmarshal(lines.Bytes(), &c))
		go func() {
			result, err := p.do(context.Background(), &c)
			if err != nil {
				result = document{"error": err.Error()}
			}
			result["id"] = c.ID
			say(result)
		}()
	}
}

// A relaying peer on go-libp2p and go-libp2p-pubsub, written from PROTOCOL.md. It says hello, hands on what it hears unchecked, and publishes each line of its
// standard input (hex of a message on the topic of transactions) as fast as it can. It serves no request protocol. Each line that it prints is a JSON document.
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/multiformats/go-multiaddr"
)

func fail(err error) {
	if err != nil {
		say(map[string]any{"event": "failed", "error": err.Error()})
		os.Exit(1)
	}
}

func say(document map[string]any) {
	text, _ := json.Marshal(document)
	os.Stdout.Write(append(text, '\n'))
}

func messageID(m *pb.Message) string {
	hash := sha256.New()
	hash.Write([]byte("hearsay/msg/1"))
	var length [2]byte
	binary.LittleEndian.PutUint16(length[:], uint16(len(m.GetTopic())))
	hash.Write(length[:])
	hash.Write([]byte(m.GetTopic()))
	hash.Write(m.GetData())
	return string(hash.Sum(nil))
}

// ask sends one frame on a stream of its own and returns the whole answer with its length prefixes.
func ask(ctx context.Context, h host.Host, to peer.ID, name string, request []byte) ([]byte, error) {
	stream, err := h.NewStream(ctx, to, protocol.ID(name))
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	if _, err := stream.Write(append(binary.AppendUvarint(nil, uint64(len(request))), request...)); err != nil {
		return nil, err
	}
	if err := stream.CloseWrite(); err != nil {
		return nil, err
	}
	_ = stream.SetReadDeadline(time.Now().Add(5 * time.Second))
	return io.ReadAll(stream)
}

func main() {
	address := flag.String("peer", "", "multiaddr of the node, with /p2p/")
	topicsOf := flag.String("network", "", "the first 8 hex digits of the network's id")
	hello := flag.String("hello", "", "hex of the hello to say")
	queue := flag.Int("queue", 32, "RPCs that wait for the peer (pubsub.WithPeerOutboundQueueSize)")
	flag.Parse()
	ctx := context.Background()
	h, err := libp2p.New(
		libp2p.Transport(tcp.NewTCPTransport), libp2p.Security(libp2ptls.ID, libp2ptls.New), libp2p.DisableRelay(),
		libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"),
	)
	fail(err)
	dropped := &drops{}
	router, err := pubsub.NewGossipSub(ctx, h,
		pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign), pubsub.WithNoAuthor(), pubsub.WithMessageIdFn(messageID),
		pubsub.WithMaxMessageSize(1_572_864), pubsub.WithPeerOutboundQueueSize(*queue), pubsub.WithRawTracer(dropped),
	)
	fail(err)
	topics := map[string]*pubsub.Topic{}
	heard := map[string]*atomic.Int64{}
	for _, name := range []string{"transactions", "blocks", "records"} {
		topic, err := router.Join("/hearsay/" + *topicsOf + "/" + name)
		fail(err)
		subscription, err := topic.Subscribe(pubsub.WithBufferSize(65_536))
		fail(err)
		count := &atomic.Int64{}
		topics[name], heard[name] = topic, count
		go func() {
			for {
				message, err := subscription.Next(ctx)
				if err != nil {
					return
				}
				if message.ReceivedFrom == h.ID() {
					continue
				}
				// The transactions of a batch: it begins with the offset of its first item, after one offset of four bytes for each.
				if name == "transactions" && len(message.Data) >= 4 {
					count.Add(int64(binary.LittleEndian.Uint32(message.Data)) / 4)
				} else {
					count.Add(1)
				}
			}
		}()
	}
	at, err := multiaddr.NewMultiaddr(*address)
	fail(err)
	to, err := peer.AddrInfoFromP2pAddr(at)
	fail(err)
	fail(h.Connect(ctx, *to))
	request, err := hex.DecodeString(*hello)
	fail(err)
	answer, err := ask(ctx, h, to.ID, "/hearsay/hello/1", request)
	fail(err)
	// Before that it would publish to nobody, and announce it to nobody who comes into the mesh later.
	for !dropped.grafted.Load() {
		time.Sleep(20 * time.Millisecond)
	}
	say(map[string]any{"event": "joined", "peer": h.ID().String(), "helloAnswerBytes": len(answer)})
	h.Network().Notify(&network.NotifyBundle{DisconnectedF: func(network.Network, network.Conn) { say(map[string]any{"event": "cut"}) }})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 4<<20)
	var messages [][]byte
	for lines.Scan() {
		if lines.Text() == "" { // An empty line: what came before it leaves now.
			started := time.Now()
			for _, data := range messages {
				fail(topics["transactions"].Publish(ctx, data))
			}
			say(map[string]any{"event": "published", "messages": len(messages), "ms": time.Since(started).Milliseconds(), "dropped": dropped.count.Load()})
			messages = nil
			continue
		}
		data, err := hex.DecodeString(lines.Text())
		fail(err)
		messages = append(messages, data)
	}
	say(map[string]any{"event": "heard", "transactions": heard["transactions"].Load(), "blocks": heard["blocks"].Load(), "records": heard["records"].Load(), "dropped": dropped.count.Load()})
}

// drops counts the RPCs that this program's own queue had no room for, and sees whether the node is in the mesh.
type drops struct {
	count   atomic.Int64
	grafted atomic.Bool
}

func (d *drops) OnNewOutboundStream(peer.ID, protocol.ID)             {}
func (d *drops) OnClosedOutboundStream(peer.ID)                       {}
func (d *drops) SendRPCCompleted(*pubsub.RPC, peer.ID, time.Duration) {}
func (d *drops) Join(string)                                          {}
func (d *drops) Leave(string)                                         {}
func (d *drops) Graft(_ peer.ID, topic string) {
	if strings.HasSuffix(topic, "/transactions") {
		d.grafted.Store(true)
	}
}
func (d *drops) Prune(peer.ID, string)                 {}
func (d *drops) ValidateMessage(*pubsub.Message)       {}
func (d *drops) DeliverMessage(*pubsub.Message)        {}
func (d *drops) RejectMessage(*pubsub.Message, string) {}
func (d *drops) DuplicateMessage(*pubsub.Message)      {}
func (d *drops) ThrottlePeer(peer.ID)                  {}
func (d *drops) RecvRPC(*pubsub.RPC)                   {}
func (d *drops) SendRPC(*pubsub.RPC, peer.ID)          {}
func (d *drops) DropRPC(*pubsub.RPC, peer.ID)          { d.count.Add(1) }
func (d *drops) UndeliverableMessage(*pubsub.Message)  {}

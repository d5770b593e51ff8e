package main

import (
	"sync"
	"sync/atomic"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/control"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/multiformats/go-multiaddr"
)

// sight sees who is in a mesh, and counts the RPCs that this program's own queue had no room for.
type sight struct {
	dropped atomic.Int64
	mutex   sync.Mutex
	meshes  map[string]map[peer.ID]bool
}

func newSight() *sight { return &sight{meshes: map[string]map[peer.ID]bool{}} }

func (s *sight) drops() int64 { return s.dropped.Load() }

func (s *sight) meshesOf(id peer.ID, n *net) []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	meshes := []string{}
	for _, kind := range topicKinds {
		if s.meshes[n.topic(kind)][id] {
			meshes = append(meshes, kind)
		}
	}
	return meshes
}

func (s *sight) meshed(id peer.ID, topic string, isIn bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.meshes[topic] == nil {
		s.meshes[topic] = map[peer.ID]bool{}
	}
	if isIn {
		s.meshes[topic][id] = true
	} else {
		delete(s.meshes[topic], id)
	}
}

func (s *sight) Graft(id peer.ID, topic string) { s.meshed(id, topic, true) }
func (s *sight) Prune(id peer.ID, topic string) { s.meshed(id, topic, false) }
func (s *sight) DropRPC(*pubsub.RPC, peer.ID)   { s.dropped.Add(1) }
func (s *sight) OnClosedOutboundStream(id peer.ID) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, members := range s.meshes {
		delete(members, id)
	}
}
func (s *sight) OnNewOutboundStream(peer.ID, protocol.ID)             {}
func (s *sight) SendRPCCompleted(*pubsub.RPC, peer.ID, time.Duration) {}
func (s *sight) Join(string)                                          {}
func (s *sight) Leave(string)                                         {}
func (s *sight) ValidateMessage(*pubsub.Message)                      {}
func (s *sight) DeliverMessage(*pubsub.Message)                       {}
func (s *sight) RejectMessage(*pubsub.Message, string)                {}
func (s *sight) DuplicateMessage(*pubsub.Message)                     {}
func (s *sight) ThrottlePeer(peer.ID)                                 {}
func (s *sight) RecvRPC(*pubsub.RPC)                                  {}
func (s *sight) SendRPC(*pubsub.RPC, peer.ID)                         {}
func (s *sight) UndeliverableMessage(*pubsub.Message)                 {}

// gate refuses connections with some peers, both ways.
type gate struct {
	mutex   sync.Mutex
	refused map[peer.ID]bool
}

func newGate() *gate { return &gate{refused: map[peer.ID]bool{}} }

func (g *gate) refuse(id peer.ID) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.refused[id] = true
}

func (g *gate) allow() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	clear(g.refused)
}

func (g *gate) InterceptPeerDial(id peer.ID) bool {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return !g.refused[id]
}
func (g *gate) InterceptSecured(_ network.Direction, id peer.ID, _ network.ConnMultiaddrs) bool {
	return g.InterceptPeerDial(id)
}
func (g *gate) InterceptAddrDial(peer.ID, multiaddr.Multiaddr) bool { return true }
func (g *gate) InterceptAccept(network.ConnMultiaddrs) bool         { return true }
func (g *gate) InterceptUpgraded(network.Conn) (bool, control.DisconnectReason) {
	return true, 0
}

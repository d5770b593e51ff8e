#!/usr/bin/env bash
# go-libp2p-pubsub 0.19.0: the signature policy StrictNoSign alone does not make messages anonymous. They carry no signature, but still the author and a sequence
# number, which peers that hold strictly to the policy (js-libp2p's gossipsub, rust-libp2p's anonymous mode) refuse. WithNoAuthor() leaves both out.
# Output seen: policy alone: from true, seqno true, signature false; with WithNoAuthor: from false, seqno false, signature false
# A Go peer of this network needs both (PROTOCOL.md, Writing a peer). This script fails once that changes. Needs Go.
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"

cat > go.mod << 'MOD'
module example.com/author

go 1.25
MOD
cat > main.go << 'GO'
package main

import (
	"context"
	"fmt"

	"github.com/libp2p/go-libp2p"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// What a message that a node publishes carries, as its own subscription shows it.
func say(name string, options ...pubsub.Option) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	host, err := libp2p.New(libp2p.NoListenAddrs)
	must(err)
	defer host.Close()
	id := pubsub.WithMessageIdFn(func(m *pb.Message) string { return string(m.Data) })
	router, err := pubsub.NewGossipSub(ctx, host, append(options, id)...)
	must(err)
	topic, err := router.Join("topic")
	must(err)
	subscription, err := topic.Subscribe()
	must(err)
	must(topic.Publish(ctx, []byte("hello")))
	message, err := subscription.Next(ctx)
	must(err)
	fmt.Printf("%s: from %t, seqno %t, signature %t\n", name, message.From != nil, message.Seqno != nil, message.Signature != nil)
}

func main() {
	policy := pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign)
	say("policy alone", policy)
	say("with WithNoAuthor", policy, pubsub.WithNoAuthor())
}
GO
go get github.com/libp2p/go-libp2p@v0.52.0 github.com/libp2p/go-libp2p-pubsub@v0.19.0 2> go.log || { cat go.log; exit 1; }
go mod tidy 2>> go.log || { cat go.log; exit 1; }
go run . | tee seen
grep -qx 'policy alone: from true, seqno true, signature false' seen
grep -qx 'with WithNoAuthor: from false, seqno false, signature false' seen
echo "as written down"

package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

// Requests: one stream each, one frame to ask, frames to answer.

const (
	answerBytesMax = 8 << 20
	helloBytesMax  = 4 << 10
	deadline       = 20 * time.Second
	headersMax     = 512
	bodiesMax      = 64
)

func frame(bytes []byte) []byte {
	return append(binary.AppendUvarint(nil, uint64(len(bytes))), bytes...)
}

func frames(bytes []byte) ([][]byte, error) {
	var found [][]byte
	for len(bytes) > 0 {
		length, width := binary.Uvarint(bytes)
		if width <= 0 || width > 1 && bytes[width-1] == 0 || length > uint64(len(bytes)-width) {
			return nil, errors.New("no frames")
		}
		found = append(found, bytes[width:width+int(length)])
		bytes = bytes[width+int(length):]
	}
	return found, nil
}

// ask sends one frame on a stream of its own and returns those of the answer.
func ask(ctx context.Context, h host.Host, to peer.ID, name string, request []byte) ([][]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	stream, err := h.NewStream(ctx, to, protocol.ID(name))
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	_ = stream.SetDeadline(time.Now().Add(deadline))
	if _, err := stream.Write(frame(request)); err != nil {
		return nil, err
	}
	if err := stream.CloseWrite(); err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(io.LimitReader(stream, answerBytesMax))
	if err != nil {
		return nil, err
	}
	return frames(answer)
}

func (n *net) sayHello(ctx context.Context, h host.Host, to peer.ID, name string) (string, error) {
	answer, err := ask(ctx, h, to, helloProtocol, n.hello(name))
	if err != nil {
		return "", err
	}
	if len(answer) != 1 {
		return "", errors.New("no hello came back")
	}
	return n.nameInHello(answer[0])
}

func (n *net) answerHello(stream network.Stream, name string) {
	defer stream.Close()
	_ = stream.SetDeadline(time.Now().Add(deadline))
	bytes, err := io.ReadAll(io.LimitReader(stream, helloBytesMax))
	if err != nil {
		return
	}
	if request, err := frames(bytes); err == nil && len(request) == 1 {
		if _, err := n.nameInHello(request[0]); err == nil {
			_, _ = stream.Write(frame(n.hello(name)))
			return
		}
	}
	_ = stream.Reset()
}

// readChain reads a peer's best chain from genesis on, checks it, and keeps its transactions. It returns the height of its head.
func (j *judge) readChain(ctx context.Context, h host.Host, from peer.ID) (uint64, error) {
	name, parent, height := j.protocol("chain"), j.id, uint64(0)
	for {
		request := append(binary.LittleEndian.AppendUint16([]byte{0}, headersMax), parent[:]...)
		answer, err := ask(ctx, h, from, name, request)
		if err != nil {
			return 0, err
		}
		if len(answer) != 1 {
			return 0, errors.New("the headers are not one frame")
		}
		var hashes []hash
		for bytes := range slices.Chunk(answer[0], headerBytes) {
			head := j.decodeHeader(bytes)
			if head == nil || head.parent != parent || head.height != height+1 || !j.check(&head.signed) {
				return 0, fmt.Errorf("the header of height %d does not follow", height+1)
			}
			parent, height = head.hash, head.height
			hashes = append(hashes, head.hash)
		}
		if len(hashes) == 0 {
			return height, nil
		}
		for len(hashes) > 0 {
			asked := hashes[:min(bodiesMax, len(hashes))]
			request := []byte{1}
			for _, name := range asked {
				request = append(request, name[:]...)
			}
			blocks, err := ask(ctx, h, from, name, request)
			if err != nil {
				return 0, err
			}
			if len(blocks) == 0 || len(blocks) > len(asked) {
				return 0, errors.New("no blocks came back")
			}
			for index, bytes := range blocks {
				if !j.takeBlock(bytes, asked[index]) {
					return 0, errors.New("a block that was asked for does not hold")
				}
			}
			hashes = hashes[len(blocks):]
		}
	}
}

func (j *judge) check(s *signed) bool {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.holds(s)
}

func (j *judge) takeBlock(bytes []byte, name hash) bool {
	h, items := j.decodeBlock(bytes)
	if h == nil || h.hash != name {
		return false
	}
	j.mutex.Lock()
	defer j.mutex.Unlock()
	for _, item := range items {
		t := j.decodeTransaction(item)
		if t == nil {
			return false
		}
		if _, known := j.transactions[t.hash]; !known && !j.holds(&t.signed) {
			return false
		}
		j.transactions[t.hash] = t.id
	}
	j.blocks[h.hash] = true
	j.height = max(j.height, h.height)
	return true
}

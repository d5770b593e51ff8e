package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// What PROTOCOL.md says of a network: its document, its id, the names that are made of it, the accounts of development networks, and hello.

const (
	helloProtocol   = "/hearsay/hello/1"
	helloFixedBytes = 126
	nameBytesMax    = 64
	// The largest number of an object that is not an amount or a nonce.
	numberMax = 1<<53 - 1
)

var topicKinds = [...]string{"transactions", "blocks", "records"}

type hash = [32]byte

func sha(parts ...[]byte) hash {
	digest := sha256.New()
	for _, part := range parts {
		digest.Write(part)
	}
	return hash(digest.Sum(nil))
}

func le64(number uint64) []byte { return binary.LittleEndian.AppendUint64(nil, number) }
func le32(number int) []byte    { return binary.LittleEndian.AppendUint32(nil, uint32(number)) }

type net struct {
	id                                   hash
	genesisMs, slotMs, lifetimeMs, floor uint64
	validators                           []hash
}

// parseNetwork reads network.json.
func parseNetwork(text []byte) (*net, error) {
	document := struct {
		Name         string
		GenesisTime  uint64
		SlotMs       uint64
		Validators   []string
		Accounts     []struct{ Key, Balance string }
		TxLifetimeMs uint64
		FeeFloor     string
	}{TxLifetimeMs: 1_800_000, FeeFloor: "1"}
	if err := json.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	floor, err := strconv.ParseUint(document.FeeFloor, 10, 64)
	if err != nil {
		return nil, err
	}
	n := &net{genesisMs: document.GenesisTime, slotMs: document.SlotMs, lifetimeMs: document.TxLifetimeMs, floor: floor}
	var validators, accounts []byte
	for _, text := range document.Validators {
		key, err := hashOfHex(text)
		if err != nil {
			return nil, err
		}
		n.validators = append(n.validators, key)
		validators = append(validators, key[:]...)
	}
	for _, account := range document.Accounts {
		key, err := hashOfHex(account.Key)
		if err != nil {
			return nil, err
		}
		balance, err := strconv.ParseUint(account.Balance, 10, 64)
		if err != nil {
			return nil, err
		}
		accounts = append(append(accounts, key[:]...), le64(balance)...)
	}
	const fixed = 44
	at := fixed + len(document.Name)
	n.id = sha(le32(fixed), le64(n.genesisMs), le64(n.slotMs), le32(at), le32(at+len(validators)), le64(n.lifetimeMs), le64(n.floor),
		[]byte(document.Name), validators, accounts)
	return n, nil
}

func hashOfHex(text string) (hash, error) {
	bytes, err := hex.DecodeString(text)
	if err != nil || len(bytes) != 32 {
		return hash{}, fmt.Errorf("%q is no hash", text)
	}
	return hash(bytes), nil
}

func (n *net) topic(kind string) string    { return fmt.Sprintf("/hearsay/%x/%s", n.id[:4], kind) }
func (n *net) protocol(name string) string { return fmt.Sprintf("/hearsay/%x/%s/1", n.id[:4], name) }

// signedBytes is what stands before the body in everything that is signed, and the body.
func (n *net) signedBytes(tag string, body []byte) []byte {
	return append(append(append([]byte(tag), 0), n.id[:]...), body...)
}

// hello is the one of a node that keeps neither a chain nor a pool.
func (n *net) hello(name string) []byte {
	none := le64(0)
	empty := sha(make([]byte, 32), make([]byte, 8))
	hello := binary.LittleEndian.AppendUint16(nil, 1)
	for _, part := range [][]byte{n.id[:], none, n.id[:], none, none, empty[:], le32(helloFixedBytes), []byte(name)} {
		hello = append(hello, part...)
	}
	return hello
}

// nameInHello fails where it is no hello of this network.
func (n *net) nameInHello(hello []byte) (string, error) {
	if len(hello) < helloFixedBytes || len(hello) > helloFixedBytes+nameBytesMax {
		return "", errors.New("no hello")
	}
	isOurs := binary.LittleEndian.Uint16(hello) == 1 && hash(hello[2:34]) == n.id
	if !isOurs || binary.LittleEndian.Uint32(hello[122:]) != helloFixedBytes {
		return "", errors.New("the hello of another network")
	}
	name := hello[helloFixedBytes:]
	if !isPrintable(name) {
		return "", errors.New("a name that is no text")
	}
	return string(name), nil
}

func isPrintable(text []byte) bool {
	for _, b := range text {
		if b < 0x20 || b > 0x7e {
			return false
		}
	}
	return true
}

// devAccount is the published secret of an account of development networks.
func devAccount(name string) ed25519.PrivateKey {
	seed := sha([]byte("hearsay/dev-account/1"), []byte{0}, []byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

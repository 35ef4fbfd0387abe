// Judges checkpoints and proofs by Go's golang.org/x/mod/sumdb, which rmdocs knows nothing of.
//
// Reads a case a line, JSON; answers yes or no, a line each. Built without modules, by the
// package golang-golang-x-mod-dev of Debian.
package main

import (
	"bufio"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Kind                string
	Note, Key, Text     string
	Leaf, Root, OldRoot []byte
	Index, Size, Old    int64
	Proof               [][]byte
}

// cosigner verifies cosignature/v1 (C2SP tlog-cosignature); note.Open does all else.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(sig)
	if time >= 1<<63 {
		return false
	}
	said := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, text)
	return ed25519.Verify(c.key, []byte(said), sig[8:])
}

func verifier(key string) (note.Verifier, error) {
	parts := strings.SplitN(key, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("no key")
	}
	data, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(data) != 1+ed25519.PublicKeySize || data[0] != 4 {
		return note.NewVerifier(key)
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), data...))
	hash := binary.BigEndian.Uint32(sum[:4])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		return nil, fmt.Errorf("no key")
	}
	return &cosigner{parts[0], hash, ed25519.PublicKey(data[1:])}, nil
}

func hash(data []byte) (tlog.Hash, error) {
	var found tlog.Hash
	if copy(found[:], data) != len(found) || len(data) != len(found) {
		return found, fmt.Errorf("no hash")
	}
	return found, nil
}

func judged(asked question) error {
	switch asked.Kind {
	case "note":
		key, err := verifier(asked.Key)
		if err != nil {
			return err
		}
		opened, err := note.Open([]byte(asked.Note), note.VerifierList(key))
		if err == nil && opened.Text != asked.Text {
			err = fmt.Errorf("another text")
		}
		return err
	case "inclusion", "consistency":
		var path []tlog.Hash
		for _, data := range asked.Proof {
			one, err := hash(data)
			if err != nil {
				return err
			}
			path = append(path, one)
		}
		root, err := hash(asked.Root)
		if err != nil {
			return err
		}
		if asked.Kind == "inclusion" {
			leaf := tlog.RecordHash(asked.Leaf)
			return tlog.CheckRecord(path, asked.Size, root, asked.Index, leaf)
		}
		old, err := hash(asked.OldRoot)
		if err != nil {
			return err
		}
		return tlog.CheckTree(path, asked.Size, root, asked.Old, old)
	}
	return fmt.Errorf("unknown question")
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var asked question
		err := json.Unmarshal(lines.Bytes(), &asked)
		if err == nil {
			err = judged(asked)
		}
		if err != nil {
			fmt.Println("no")
		} else {
			fmt.Println("yes")
		}
	}
}

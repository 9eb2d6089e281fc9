// Interop checks checkpoints and proofs of Chartseal with the Go project's own note and tlog
// packages. It reads cases as one JSON value on stdin and writes one verdict per case to stdout.
package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type cases struct {
	Notes         []noteCase        `json:"notes"`
	Inclusions    []inclusionCase   `json:"inclusions"`
	Consistencies []consistencyCase `json:"consistencies"`
}

// noteCase is a signed checkpoint and the one key it shall be signed by.
type noteCase struct {
	Note        string `json:"note"`
	VerifierKey string `json:"verifierKey"`
}

// inclusionCase names its leaf by content, or by leaf hash where there is no content.
type inclusionCase struct {
	Index    int64    `json:"index"`
	Size     int64    `json:"size"`
	Leaf     *string  `json:"leaf"`
	LeafHash string   `json:"leafHash"`
	Root     string   `json:"root"`
	Path     []string `json:"path"`
}

type consistencyCase struct {
	Size1 int64    `json:"size1"`
	Size2 int64    `json:"size2"`
	Root1 string   `json:"root1"`
	Root2 string   `json:"root2"`
	Path  []string `json:"path"`
}

// checkpoint is what a note says, all as text.
type checkpoint struct {
	Origin string `json:"origin"`
	Size   string `json:"size"`
	Root   string `json:"root"`
}

type verdicts struct {
	Notes         []*checkpoint `json:"notes"` // null for a note that is refused
	Inclusions    []bool        `json:"inclusions"`
	Consistencies []bool        `json:"consistencies"`
}

// openCheckpoint splits the body by hand: tlog.ParseTree takes those of the Go checksum database
// only, which have another first line.
func openCheckpoint(c noteCase) (*checkpoint, error) {
	verifier, err := note.NewVerifier(c.VerifierKey)
	if err != nil {
		return nil, err
	}
	opened, err := note.Open([]byte(c.Note), note.VerifierList(verifier))
	if err != nil {
		return nil, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return nil, errors.New("not three lines")
	}
	if lines[0] != verifier.Name() {
		return nil, errors.New("the origin is not the name of the key")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return nil, errors.New("not a size")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return nil, errors.New("not a root")
	}
	return &checkpoint{lines[0], lines[1], lines[2]}, nil
}

func parseHashes(texts ...string) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(texts))
	for at, text := range texts {
		hash, err := tlog.ParseHash(text)
		if err != nil {
			return nil, err
		}
		hashes[at] = hash
	}
	return hashes, nil
}

func checkInclusion(c inclusionCase) error {
	hashes, err := parseHashes(append([]string{c.Root}, c.Path...)...)
	if err != nil {
		return err
	}
	var record tlog.Hash
	if c.Leaf != nil {
		leaf, err := base64.StdEncoding.DecodeString(*c.Leaf)
		if err != nil {
			return err
		}
		record = tlog.RecordHash(leaf)
	} else if record, err = tlog.ParseHash(c.LeafHash); err != nil {
		return err
	}
	return tlog.CheckRecord(hashes[1:], c.Size, hashes[0], c.Index, record)
}

func checkConsistency(c consistencyCase) error {
	hashes, err := parseHashes(append([]string{c.Root1, c.Root2}, c.Path...)...)
	if err != nil {
		return err
	}
	return tlog.CheckTree(hashes[2:], c.Size2, hashes[1], c.Size1, hashes[0])
}

func run() error {
	var in cases
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		return err
	}
	var out verdicts
	for _, c := range in.Notes {
		opened, err := openCheckpoint(c)
		if err != nil {
			opened = nil
		}
		out.Notes = append(out.Notes, opened)
	}
	for _, c := range in.Inclusions {
		out.Inclusions = append(out.Inclusions, checkInclusion(c) == nil)
	}
	for _, c := range in.Consistencies {
		out.Consistencies = append(out.Consistencies, checkConsistency(c) == nil)
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		os.Exit(1)
	}
}

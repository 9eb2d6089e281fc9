// Follow follows a log over HTTP with the stock C2SP tlog-tiles client of the Tessera project: the
// checkpoint, its consistency with one that was saved, every entry with its inclusion proof.
//
//	follow URL VERIFIER-KEY [SAVED-CHECKPOINT]
//
// A bearer token is taken from the variable TOKEN. Prints what it found as one JSON value.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"golang.org/x/mod/sumdb/note"
)

type found struct {
	Checkpoint string   `json:"checkpoint"`
	Size       uint64   `json:"size"`
	Before     uint64   `json:"before"` // size of the saved checkpoint
	Proof      int      `json:"proof"`  // hashes of the consistency proof
	Entries    [][]byte `json:"entries"`
}

func unbundle(raw []byte) ([][]byte, error) {
	var bundle api.EntryBundle
	err := bundle.UnmarshalText(raw)
	return bundle.Entries, err
}

// checkEntries reads every entry and proves that it stands at its index under the root.
func checkEntries(ctx context.Context, fetcher *client.HTTPFetcher, size uint64, root []byte) ([][]byte, error) {
	builder, err := client.NewProofBuilder(ctx, size, fetcher.ReadTile)
	if err != nil {
		return nil, err
	}
	factory := &compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
	tree := factory.NewEmptyRange(0)
	sizeOf := func(context.Context) (uint64, error) { return size, nil }
	bundles := client.EntryBundles(ctx, 2, sizeOf, fetcher.ReadEntryBundle, 0, size)
	entries := [][]byte{}
	for entry, err := range client.Entries(bundles, unbundle) {
		if err != nil {
			return nil, err
		}
		leaf := rfc6962.DefaultHasher.HashLeaf(entry.Entry)
		path, err := builder.InclusionProof(ctx, entry.Index)
		if err != nil {
			return nil, err
		}
		if err := proof.VerifyInclusion(rfc6962.DefaultHasher, entry.Index, size, leaf, path, root); err != nil {
			return nil, fmt.Errorf("entry %d: %w", entry.Index, err)
		}
		if err := tree.Append(leaf, nil); err != nil {
			return nil, err
		}
		entries = append(entries, entry.Entry)
	}
	if size == 0 {
		return entries, nil
	}
	own, err := tree.GetRootHash(nil)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(own, root) {
		return nil, fmt.Errorf("%d entries do not lead to the root", len(entries))
	}
	return entries, nil
}

func run(ctx context.Context, address, key string, saved []byte) (*found, error) {
	rootURL, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return nil, err
	}
	fetcher, err := client.NewHTTPFetcher(rootURL, nil)
	if err != nil {
		return nil, err
	}
	if token := os.Getenv("TOKEN"); token != "" {
		fetcher.SetAuthorizationHeader("Bearer " + token)
	}
	consensus := client.UnilateralConsensus(fetcher.ReadCheckpoint)
	tracker, err := client.NewLogStateTracker(ctx, fetcher.ReadTile, saved, verifier, verifier.Name(), consensus)
	if err != nil {
		return nil, err
	}
	before := tracker.Latest().Size
	_, path, checkpoint, err := tracker.Update(ctx)
	if err != nil {
		return nil, err
	}
	latest := tracker.Latest()
	entries, err := checkEntries(ctx, fetcher, latest.Size, latest.Hash)
	if err != nil {
		return nil, err
	}
	return &found{string(checkpoint), latest.Size, before, len(path), entries}, nil
}

func main() {
	var saved []byte
	if len(os.Args) > 3 {
		saved = []byte(os.Args[3])
	}
	out, err := run(context.Background(), os.Args[1], os.Args[2], saved)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "follow:", err)
		os.Exit(1)
	}
}

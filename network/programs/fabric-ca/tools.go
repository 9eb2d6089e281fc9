//go:build tools

// Package tools names the program of Fabric CA that is built from this module, so that the go
// command keeps its dependencies in go.mod and go.sum.
package tools

import (
	_ "github.com/hyperledger/fabric-ca/cmd/fabric-ca-server"
)

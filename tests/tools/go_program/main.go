// A static Go program with cilium/ebpf: loads a collection, attaches it, reads a map and lists programs.
// SPDX-License-Identifier: Apache-2.0
package main

import (
	"fmt"
	"net"
	"os"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
)

func check(what string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}

func main() {
	nic, err := net.InterfaceByName(os.Args[2])
	check("interface", err)
	spec, err := ebpf.LoadCollectionSpec(os.Args[1])
	check("spec", err)
	collection, err := ebpf.NewCollection(spec)
	check("collection", err)
	defer collection.Close()
	attached, err := link.AttachXDP(link.XDPOptions{Program: collection.Programs["use_maps"], Interface: nic.Index})
	check("attach", err)
	defer attached.Close()
	key, value := uint32(1), uint64(0)
	check("put", collection.Maps["array"].Put(key, uint64(77)))
	check("lookup", collection.Maps["array"].Lookup(key, &value))
	programs := 0
	for id, err := ebpf.ProgramGetNextID(0); err == nil; id, err = ebpf.ProgramGetNextID(id) {
		programs++
	}
	fmt.Printf("%s: value %d, %d program\n", nic.Name, value, programs)
}

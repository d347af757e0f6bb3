// A static Go program with cilium/ebpf that reads the events of a program on the card.
// SPDX-License-Identifier: Apache-2.0
package main

import (
	"encoding/binary"
	"fmt"
	"os"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/perf"
)

func check(what string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}

func main() {
	spec, err := ebpf.LoadCollectionSpec(os.Args[1])
	check("spec", err)
	collection, err := ebpf.NewCollection(spec)
	check("collection", err)
	defer collection.Close()
	reader, err := perf.NewReader(collection.Maps["events"], 8192)
	check("reader", err)
	defer reader.Close()
	go func() {
		for number := uint32(0); number < 10; number++ {
			packet := make([]byte, 60)
			binary.LittleEndian.PutUint32(packet[14:], number)
			_, _, err := collection.Programs["send"].Test(packet)
			check("run", err)
		}
	}()
	for number := uint32(0); number < 10; number++ {
		record, err := reader.Read()
		check("read", err)
		if found := binary.LittleEndian.Uint32(record.RawSample); found != number || record.LostSamples != 0 {
			check("order", fmt.Errorf("event %d, lost %d where %d comes", found, record.LostSamples, number))
		}
	}
	fmt.Println("10 events")
}

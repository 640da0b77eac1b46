package torch

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"fmt"
	"strconv"
	"strings"
	"unsafe"
)

// Stream is a queue of work on a device: what is sent to one runs in order, and
// beside what is sent to another. A CPU has none, and there everything here
// does nothing.
type Stream struct{ c C.cp_stream }

// NewStream is a stream of device d. It does not wait for what was sent to d
// before; [Device.Synchronize] does.
func NewStream(d Device) Stream {
	name := d.c()
	defer C.free(unsafe.Pointer(name))
	var s Stream
	must(C.cp_stream_new(name, &s.c))
	return s
}

// Run sends what f does to s.
func (s Stream) Run(f func()) {
	if s.c.there == 0 {
		f()
		return
	}
	var before, ignored C.cp_stream
	must(C.cp_stream_enter(s.c, &before))
	defer func() { must(C.cp_stream_enter(before, &ignored)) }()
	f()
}

// Graph is work on a CUDA device that was recorded once and is sent again as a
// whole, without libtorch's own time for every operation. It works on the same
// tensors every time.
type Graph struct{ handle C.cp_graph }

// Capture records what f sends to the current stream, which may not be the
// default one, without carrying it out. f may not wait for the device. A graph
// that cannot be captured is an [*Error], and nothing of f has happened on the
// device.
func Capture(f func()) (g *Graph, err error) {
	g = new(Graph)
	defer func() {
		if err != nil {
			g.Free()
			g = nil
		}
	}()
	return g, guarded(func() error {
		must(C.cp_graph_begin(&g.handle))
		f()
		must(C.cp_graph_end(g.handle))
		return nil
	})
}

// Replay sends the recorded work to the current stream.
func (g *Graph) Replay() { must(C.cp_graph_replay(g.handle)) }

// Free frees the graph and the memory of its temporaries.
func (g *Graph) Free() {
	C.cp_graph_free(g.handle)
	g.handle = nil
}

// Memory is how many bytes of a CUDA device are free for this process, and how
// many it has. It cannot be told for other devices, which is an error.
func Memory(d Device) (free, total int64, err error) {
	digits, ok := strings.CutPrefix(string(d), "cuda:")
	index, bad := strconv.Atoi(digits)
	if !ok || bad != nil {
		return 0, 0, fmt.Errorf("the memory of device %s cannot be told", d)
	}
	var f, t C.size_t
	err = guarded(func() error { must(C.cp_memory(C.int(index), &f, &t)); return nil })
	return int64(f), int64(t), err
}

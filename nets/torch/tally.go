package torch

// #include "shim.h"
import "C"

import "fmt"

// Tally keeps the losses and right answers of the last updates on the device,
// so that an update waits for nothing: they are read back together.
type Tally struct {
	ring  Tensor // [2, slots]: losses, numbers of right answers
	slots int
	used  int
}

// NewTally has room for this many updates between reads.
func NewTally(d Device, slots int) *Tally {
	return &Tally{ring: Zeros(d, 2, slots).Keep(), slots: slots}
}

// Note keeps the loss and the right answers of one update: logits [N,C], labels
// [N]. More notes than slots without a read is a mistake and panics.
func (t *Tally) Note(loss, logits, labels Tensor) {
	if t.used == t.slots {
		panic(misuse(fmt.Sprintf("a tally of %d updates was not read in time", t.slots)))
	}
	must(C.cp_tally(loss.c(), logits.c(), labels.c(), t.ring.c(), C.int64_t(t.used)))
	t.used++
}

// Read hands back, in order, what was noted since the last read.
func (t *Tally) Read() (losses, right []float32) {
	all := Read[float32](t.ring)
	losses, right = all[:t.used], all[t.slots:t.slots+t.used]
	t.used = 0
	return losses, right
}

// Free frees the ring.
func (t *Tally) Free() { t.ring.Free() }

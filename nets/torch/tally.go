package torch

// #include "shim.h"
import "C"

import "fmt"

// Tally keeps the losses and right answers of the last updates on the device,
// so that an update waits for nothing: they are read back together.
type Tally struct {
	ring  Tensor // [2, slots]: losses, numbers of right answers
	slot  Tensor // [1], int64: where the next goes
	slots int
	used  int
}

// NewTally has room for this many updates between reads.
func NewTally(d Device, slots int) *Tally {
	t := &Tally{slots: slots}
	Scope(func() { // which frees the one if there is no room for the other
		t.ring, t.slot = Zeros(d, 2, slots), Send([]int64{0}, d, 1)
		t.ring.Keep()
		t.slot.Keep()
	})
	return t
}

// Count makes room for the note of one more update. More of them than slots
// without a read is a mistake and panics.
func (t *Tally) Count() {
	if t.used == t.slots {
		panic(misuse(fmt.Sprintf("a tally of %d updates was not read in time", t.slots)))
	}
	t.used++
}

// Note keeps the loss and the right answers of an update that was counted:
// logits [N,C], labels [N]. It is apart from [Tally.Count] since a graph may
// record it without carrying it out, and repeat it.
func (t *Tally) Note(loss, logits, labels Tensor) {
	must(C.cp_tally(loss.c(), logits.c(), labels.c(), t.ring.c(), t.slot.c()))
}

// Read hands back, in order, what was noted since the last read.
func (t *Tally) Read() (losses, right []float32) {
	all := Read[float32](t.ring)
	losses, right = all[:t.used], all[t.slots:t.slots+t.used]
	t.used = 0
	Overwrite(t.slot, []int64{0})
	return losses, right
}

// Free frees the ring.
func (t *Tally) Free() { t.ring.Free(); t.slot.Free() }

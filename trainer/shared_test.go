package trainer

import (
	"testing"

	"github.com/cutpaste/cutpaste/nets/torch"
)

// Pictures are on a device once, until their last user gives them back.
func TestPicturesAreShared(t *testing.T) {
	a, b := pictures(2, 8), pictures(2, 8)
	before := live(t)
	do(t, func() {
		first, second, other := shared.take(a, torch.CPU), shared.take(a, torch.CPU), shared.take(b, torch.CPU)
		if first != second || first == other {
			t.Error("the same pictures are there twice, or other ones are not")
		}
		shared.give(first)
		shared.give(other)
		if !second.Defined() || other.Defined() || len(shared) != 1 {
			t.Errorf("%d sets are left, that in use there: %v", len(shared), second.Defined())
		}
		if got := torch.Read[uint8](second); got[0] != a.At(0)[0] || got[1] != a.At(0)[3] || got[64] != a.At(0)[1] {
			t.Error("the pictures are not in planes")
		}
		shared.give(second)
	})
	if now := live(t); now != before || len(shared) > 0 {
		t.Errorf("%d tensors are left", now-before)
	}
}

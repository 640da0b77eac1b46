package torch

import (
	"testing"
)

func TestScopeFreesTemporaries(t *testing.T) {
	inScope(t, func() {
		before := Live()
		Scope(func() {
			x := From(wave(6, 0), 2, 3)
			Linear(x, From(wave(3, 1), 1, 3), Tensor{})
			if got := Live() - before; got != 3 {
				t.Errorf("%d tensors in the scope, want 3", got)
			}
		})
		if got := Live() - before; got != 0 {
			t.Errorf("%d tensors left by the scope", got)
		}
	})
}

func TestScopesNest(t *testing.T) {
	inScope(t, func() {
		before := Live()
		var inner Tensor
		Scope(func() {
			outer := From([]float32{1}, 1)
			for range 3 {
				Scope(func() { inner = From([]float32{2}, 1) })
			}
			if inner.Defined() {
				t.Error("an inner scope's tensor outlived it")
			}
			if !outer.Defined() {
				t.Error("an inner scope freed the outer one's tensor")
			}
			if got := Live() - before; got != 1 {
				t.Errorf("%d tensors, want the outer one", got)
			}
			// A scope's memory is used again: the tensors of the next one at this
			// depth must be its own.
			Scope(func() { From([]float32{3}, 1); From([]float32{4}, 1) })
			if got := Read[float32](outer)[0]; got != 1 {
				t.Errorf("the outer tensor holds %v", got)
			}
		})
	})
}

func TestKeep(t *testing.T) {
	inScope(t, func() {
		before := Live()
		var kept, grandparent Tensor
		Scope(func() {
			Scope(func() {
				From([]float32{9}, 1)
				kept = From([]float32{5}, 1).Keep()
				From([]float32{9}, 1)
			})
			// Keep finds a tensor of an outer scope too, and again does nothing.
			grandparent = From([]float32{6}, 1)
			Scope(func() { grandparent.Keep().Keep() })
		})
		if got := Live() - before; got != 2 {
			t.Errorf("%d tensors kept, want 2", got)
		}
		if a, b := Read[float32](kept)[0], Read[float32](grandparent)[0]; a != 5 || b != 6 {
			t.Errorf("kept tensors hold %v and %v", a, b)
		}
		kept.Free()
		kept.Free() // does nothing
		grandparent.Free()
		Tensor{}.Free()
		if got := Live() - before; got != 0 {
			t.Errorf("%d tensors after Free", got)
		}
	})
}

// A tensor that was freed inside its scope is not freed again at its end.
func TestFreeInsideTheScope(t *testing.T) {
	inScope(t, func() { From([]float32{1}, 1).Free() })
}

func TestUseAfterTheScope(t *testing.T) {
	inScope(t, func() {
		var x Tensor
		Scope(func() { x = From([]float32{1}, 1, 1) })
		if x.Defined() {
			t.Error("a freed tensor is defined")
		}
		w := From([]float32{1}, 1, 1)
		const part = "used after its scope ended"
		wantMisuse(t, "in gotorch", part, func() { Linear(w, x, Tensor{}) })
		wantMisuse(t, "in the shim", part, func() { Read[float32](x) })
		wantMisuse(t, "Keep", part, func() { x.Keep() })
		wantMisuse(t, "Shape", part, func() { x.Shape() })
	})
	// It is a mistake of the program, not an error of libtorch: Do lets it pass.
	wantMisuse(t, "through Do", "used after its scope ended", func() {
		Do(func() error {
			var x Tensor
			Scope(func() { x = From([]float32{1}, 1) })
			ReLU(x)
			return nil
		})
	})
}

func TestNoTensorWhereOneIsNeeded(t *testing.T) {
	inScope(t, func() {
		wantMisuse(t, "Backward of nothing", "no tensor where one is needed", func() { Tensor{}.Backward() })
		wantMisuse(t, "ReLU of nothing", "no tensor where one is needed", func() { ReLU(Tensor{}) })
		wantMisuse(t, "convolution without a weight", "no tensor where one is needed", func() {
			Conv2d(From(wave(4, 0), 1, 1, 2, 2), Tensor{}, Tensor{}, 1, 0, 1)
		})
	})
}

// More tensors than the batch in which they are freed.
func TestScopeOfManyTensors(t *testing.T) {
	inScope(t, func() {
		for i := range 600 {
			From([]int64{int64(i)}, 1)
		}
	})
}

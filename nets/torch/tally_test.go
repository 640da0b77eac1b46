package torch

import (
	"slices"
	"testing"
)

func TestTally(t *testing.T) {
	inScope(t, func() {
		tally := NewTally(CPU, 3)
		defer tally.Free()
		labels := From([]int64{0, 1, 1, 0}, 4)
		note := func(loss float32, logits ...float32) {
			// A graph behind the loss must not be kept alive or recorded.
			tally.Count()
			tally.Note(From([]float32{loss}).RequireGrad(true), From(logits, 4, 2), labels)
		}
		check := func(losses, right []float32) {
			t.Helper()
			gotLosses, gotRight := tally.Read()
			if !slices.Equal(gotLosses, losses) || !slices.Equal(gotRight, right) {
				t.Errorf("got losses %v, right %v; want %v, %v", gotLosses, gotRight, losses, right)
			}
		}
		check(nil, nil)
		note(0.5, 1, 0, 0, 1, 0, 1, 1, 0)  // all right
		note(0.25, 0, 1, 0, 1, 1, 0, 1, 0) // two right
		check([]float32{0.5, 0.25}, []float32{4, 2})
		check(nil, nil)
		for i := range 3 {
			note(float32(i), 0, 1, 1, 0, 1, 0, 0, 1) // none right
		}
		wantMisuse(t, "a fourth note", "a tally of 3 updates was not read in time", func() { note(9, 0, 1, 1, 0, 1, 0, 0, 1) })
		check([]float32{0, 1, 2}, []float32{0, 0, 0})
	})
}

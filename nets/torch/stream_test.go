package torch

import (
	"strings"
	"testing"
)

// A CPU has no streams: what runs in one just runs.
func TestStreamOfACPU(t *testing.T) {
	inScope(t, func() {
		ran := false
		NewStream(CPU).Run(func() { ran = true })
		if !ran {
			t.Error("it did not run")
		}
	})
}

func TestCaptureWithoutCUDA(t *testing.T) {
	if devices, _ := CUDA(); devices > 0 {
		t.Skip("this machine has a CUDA device")
	}
	inScope(t, func() {
		g, err := Capture(func() { t.Error("the work began") })
		if g != nil || err == nil || !strings.Contains(err.Error(), "CUDA is not loaded") {
			t.Errorf("got %v, %v", g, err)
		}
		if _, _, err := Memory("cuda:0"); err == nil {
			t.Error("memory of a device that is not there")
		}
		if _, _, err := Memory(CPU); err == nil || !strings.Contains(err.Error(), "cannot be told") {
			t.Errorf("memory of the host: %v", err)
		}
	})
}

// A graph adds what its tensor holds at each replay, on a stream of its own.
func TestGraph(t *testing.T) {
	if devices, reason := CUDA(); devices == 0 {
		t.Skip("no CUDA device: " + reason)
	}
	inScope(t, func() {
		const d = Device("cuda:0")
		sum, by := Zeros(d, 1), Zeros(d, 1)
		stream := NewStream(d)
		d.Synchronize()
		stream.Run(func() {
			g, err := Capture(func() { Scope(func() { AddTo(sum, by) }) })
			if err != nil {
				t.Fatal(err)
			}
			defer g.Free()
			for _, v := range []float32{1, 2, 4} {
				Overwrite(by, []float32{v})
				g.Replay()
			}
			wantNear(t, "sum", Read[float32](sum), []float32{7}, 0)
			// What waits for the device cannot be recorded, and says so; the
			// stream is as before.
			if _, err := Capture(func() { Read[float32](sum) }); err == nil {
				t.Error("a read was recorded")
			}
			AddTo(sum, by)
			wantNear(t, "sum", Read[float32](sum), []float32{11}, 0)
		})
	})
}

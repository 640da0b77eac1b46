package data

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data/augment"
)

// pictured are n noisy pictures in memory.
func pictured(n, size int) *Pictures {
	p := &Pictures{Size: size, Items: make([]Item, n)}
	for i := range n {
		p.Pix = append(p.Pix, noise(size, size).Pix...)
		for j := range p.At(i) {
			p.At(i)[j] += uint8(7 * i)
		}
	}
	return p
}

func loaderConfig(size, batch, steps int) *configs.Config {
	c := configs.Default()
	c.Seed = 5
	c.Data.Size, c.Train.Batch, c.Train.Steps = size, batch, steps
	return c
}

// read takes all batches from a step on, as copies.
func read(t testing.TB, p *Pictures, c *configs.Config, from int) []*Batch {
	t.Helper()
	l := NewLoader(context.Background(), p, c, from)
	defer l.Close()
	var all []*Batch
	for {
		b, err := l.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, &Batch{b.Step, bytes.Clone(b.Pix), slices.Clone(b.Labels), slices.Clone(b.Plans), slices.Clone(b.Sources)})
		for i := range b.Pix {
			b.Pix[i] = 0xaa // whoever reads a recycled buffer before it is made sees this
		}
		l.Recycle(b)
	}
}

func same(a, b []*Batch) error {
	if len(a) != len(b) {
		return fmt.Errorf("%d batches and %d", len(a), len(b))
	}
	for i := range a {
		if a[i].Step != b[i].Step {
			return fmt.Errorf("step %d and step %d", a[i].Step, b[i].Step)
		}
		if !slices.Equal(a[i].Labels, b[i].Labels) {
			return fmt.Errorf("step %d: labels %v and %v", a[i].Step, a[i].Labels, b[i].Labels)
		}
		if !bytes.Equal(a[i].Pix, b[i].Pix) {
			return fmt.Errorf("step %d: other bytes", a[i].Step)
		}
	}
	return nil
}

// A drawer's batches are a loader's without the bytes, which the plans and
// sources make anew.
func TestDrawerDrawsWhatTheLoaderPaints(t *testing.T) {
	p := pictured(5, 24)
	c := loaderConfig(24, 3, 9)
	painted := read(t, p, c, 2)
	l := NewDrawer(context.Background(), p, c, 2)
	defer l.Close()
	painter := augment.NewPainter(24, 24)
	pix := make([]uint8, 24*24*3)
	for _, want := range painted {
		got, err := l.Next()
		if err != nil {
			t.Fatal(err)
		}
		if got.Step != want.Step || got.Pix != nil || !slices.Equal(got.Labels, want.Labels) {
			t.Fatalf("step %d with labels %v and %d bytes, want step %d with %v and none", got.Step, got.Labels, len(got.Pix), want.Step, want.Labels)
		}
		for i, plan := range got.Plans {
			painter.Paint([][]uint8{pix}, p.At(int(got.Sources[i])), []augment.Plan{plan})
			if !bytes.Equal(pix, want.Pix[i*len(pix):(i+1)*len(pix)]) {
				t.Fatalf("step %d: plan %d makes another picture than the loader", got.Step, i)
			}
		}
		l.Recycle(got)
	}
	if _, err := l.Next(); err != io.EOF {
		t.Errorf("after the last batch: %v", err)
	}
}

// The promise: workers, prefetching and the first step change nothing.
func TestLoaderIsAFunctionOfSeedAndStep(t *testing.T) {
	p := pictured(7, 24)
	for _, variant := range []string{"cutpaste", "scar", "union", "3way", "rotation", "cutout", "scar_cutout", "confetti"} {
		c := loaderConfig(24, 5, 12)
		c.Augment.Variant = variant
		c.Data.Workers, c.Train.Prefetch = 1, 1
		want := read(t, p, c, 0)
		if len(want) != 12 {
			t.Fatalf("%d batches", len(want))
		}
		for _, workers := range []int{0, 2, 16} {
			for _, prefetch := range []int{1, 4, 40} {
				c.Data.Workers, c.Train.Prefetch = workers, prefetch
				if err := same(want, read(t, p, c, 0)); err != nil {
					t.Errorf("%s, %d workers, prefetch %d: %v", variant, workers, prefetch, err)
				}
			}
		}
		for from := range 13 {
			if err := same(want[from:], read(t, p, c, from)); err != nil {
				t.Errorf("%s, resumed at %d: %v", variant, from, err)
			}
		}
		c.Seed++
		if same(want, read(t, p, c, 0)) == nil {
			t.Errorf("%s: another seed gives the same batches", variant)
		}
	}
}

// What a batch holds, made here the slow way.
func TestLoaderBatch(t *testing.T) {
	p, c := pictured(4, 24), loaderConfig(24, 6, 3)
	const bytesEach = 24 * 24 * 3
	planner, painter := augment.NewPlanner(c.Augment, c.Data.Mean, 24, 24, c.Seed), augment.NewPainter(24, 24)
	for step, b := range read(t, p, c, 0) {
		if len(b.Pix) != 3*6*bytesEach || len(b.Labels) != 3*6 || b.Step != step {
			t.Fatalf("batch %d: step %d, %d bytes, %d labels", step, b.Step, len(b.Pix), len(b.Labels))
		}
		s := newSampler(c.Seed, 4)
		for slot := range 6 {
			views := make([][]uint8, 3)
			for v := range views {
				views[v] = make([]uint8, bytesEach)
			}
			plans := planner.Plans(nil, step, slot)
			painter.Paint(views, p.At(s.at(step*6+slot)), plans)
			for v := range views {
				i := v*6 + slot
				if !bytes.Equal(b.Pix[i*bytesEach:(i+1)*bytesEach], views[v]) {
					t.Errorf("step %d slot %d view %d: other bytes", step, slot, v)
				}
				if b.Labels[i] != int64(plans[v].Label) || b.Labels[i] != int64(v) {
					t.Errorf("step %d slot %d view %d: label %d", step, slot, v, b.Labels[i])
				}
			}
		}
	}
}

// A training set smaller than a batch fills it with the same pictures, but not
// with the same plans.
func TestLoaderPlansDifferWithinABatch(t *testing.T) {
	p, c := pictured(1, 24), loaderConfig(24, 8, 1)
	b := read(t, p, c, 0)[0]
	const bytesEach = 24 * 24 * 3
	for i := range 8 {
		for j := range i {
			if bytes.Equal(b.Pix[i*bytesEach:(i+1)*bytesEach], b.Pix[j*bytesEach:(j+1)*bytesEach]) {
				t.Errorf("slots %d and %d are the same picture", i, j)
			}
		}
	}
}

// wantNoGoroutines waits for goroutines to end.
func wantNoGoroutines(t *testing.T, before int) {
	t.Helper()
	for range 2000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	buf := make([]byte, 1<<16)
	t.Fatalf("%d goroutines, %d before\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
}

func TestLoaderStops(t *testing.T) {
	p, c := pictured(3, 16), loaderConfig(16, 4, 1000)
	c.Data.Workers = 8
	before := runtime.NumGoroutine()

	l := NewLoader(context.Background(), p, c, 0)
	if _, err := l.Next(); err != nil {
		t.Fatal(err)
	}
	l.Close()
	l.Close()
	wantNoGoroutines(t, before)
	if _, err := l.Next(); err == nil || err == io.EOF {
		t.Errorf("after Close: %v", err)
	}

	// Nobody ever asks for a batch.
	NewLoader(context.Background(), p, c, 0).Close()
	wantNoGoroutines(t, before)

	// Cancelled, and nobody closes it.
	cause := errors.New("Ctrl-C")
	ctx, cancel := context.WithCancelCause(context.Background())
	l = NewLoader(ctx, p, c, 0)
	waiting := make(chan error)
	go func() {
		for {
			if _, err := l.Next(); err != nil {
				waiting <- err
				return
			}
		}
	}()
	time.Sleep(5 * time.Millisecond)
	cancel(cause)
	if err := <-waiting; err != cause {
		t.Errorf("cancelled: %v", err)
	}
	wantNoGoroutines(t, before)

	// To the end.
	c.Train.Steps = 3
	l = NewLoader(context.Background(), p, c, 0)
	for range 3 {
		if _, err := l.Next(); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if _, err := l.Next(); err != io.EOF {
			t.Errorf("after the last batch: %v", err)
		}
	}
	wantNoGoroutines(t, before)
	l.Close()

	// Nothing to do.
	l = NewLoader(context.Background(), p, c, 3)
	if _, err := l.Next(); err != io.EOF {
		t.Errorf("from the last step on: %v", err)
	}
	l.Close()
	wantNoGoroutines(t, before)
}

// No more than train.prefetch batches are made ahead.
func TestLoaderMakesNoMoreThanAsked(t *testing.T) {
	p, c := pictured(3, 16), loaderConfig(16, 4, 1000)
	c.Data.Workers, c.Train.Prefetch = 4, 3
	l := NewLoader(context.Background(), p, c, 0)
	defer l.Close()
	for start := time.Now(); len(l.ready) < 3 && time.Since(start) < 10*time.Second; {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(20 * time.Millisecond) // time to make a fourth, which must not happen
	if n := len(l.ready); n != 3 {
		t.Errorf("%d batches ready, want 3", n)
	}
}

// Buffers go round: after the first few no batch costs memory.
func TestLoaderRecycles(t *testing.T) {
	p, c := pictured(3, 64), loaderConfig(64, 8, 300)
	c.Train.Prefetch = 2
	l := NewLoader(context.Background(), p, c, 0)
	defer l.Close()
	seen := map[*Batch]bool{}
	for {
		b, err := l.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		seen[b] = true
		l.Recycle(b)
	}
	if most := c.Train.Prefetch + 2; len(seen) > most {
		t.Errorf("%d buffers for 300 batches, want %d at most", len(seen), most)
	}
}

func TestLoaderWait(t *testing.T) {
	p, c := pictured(3, 64), loaderConfig(64, 16, 20)
	l := NewLoader(context.Background(), p, c, 0)
	defer l.Close()
	if l.Wait() != 0 {
		t.Errorf("waited %v before the first batch", l.Wait())
	}
	start := time.Now()
	for {
		if _, err := l.Next(); err != nil {
			break
		}
	}
	if l.Wait() <= 0 || l.Wait() > time.Since(start) {
		t.Errorf("waited %v in %v", l.Wait(), time.Since(start))
	}
}

func TestNewLoaderPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"no pictures":   func() { NewLoader(context.Background(), pictured(0, 16), loaderConfig(16, 4, 1), 0) },
		"another size":  func() { NewLoader(context.Background(), pictured(1, 16), loaderConfig(32, 4, 1), 0) },
		"negative step": func() { NewLoader(context.Background(), pictured(1, 16), loaderConfig(16, 4, 1), -1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func BenchmarkLoader256(b *testing.B) {
	p, c := pictured(16, 256), loaderConfig(256, 32, 1<<30)
	l := NewLoader(context.Background(), p, c, 0)
	defer l.Close()
	for b.Loop() {
		batch, err := l.Next()
		if err != nil {
			b.Fatal(err)
		}
		l.Recycle(batch)
	}
	b.ReportMetric(32*float64(b.N)/b.Elapsed().Seconds(), "pictures/s")
}

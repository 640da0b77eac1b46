package data

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data/augment"
)

// Batch is what one update trains on: every view of B source pictures.
type Batch struct {
	Step int
	// Pix is [V*B,I,I,3], I being configs.Data's Input, view-major: B pictures of
	// view 0, then B of view 1, and so on; slot b of every view is made from the
	// same source picture.
	Pix    []uint8
	Labels []int64 // [V*B], in the same order: the class of each picture

	// Plans and Sources are what was done to which of the loader's pictures, in
	// the same order. A loader that only draws plans has these and no Pix.
	Plans   []augment.Plan // [V*B]
	Sources []int32        // [V*B]
}

// Loader makes batches ahead of training on several workers. What a batch
// holds is a function of the configuration, the pictures and the step, never of
// the workers or of the step that the loader started from.
//
// One goroutine walks over the steps and hands out one task a source picture;
// workers carry them out in any order, straight into the batch; Next waits for
// the batches in the order of steps. At most train.prefetch batches are made or
// waiting at any time.
type Loader struct {
	pictures *Pictures
	config   configs.Config // a copy: the caller's may change while goroutines read
	views    int
	draw     bool // plans only: they are carried out elsewhere

	ctx    context.Context
	cancel context.CancelCauseFunc
	ready  chan *pending // in the order of steps; closed after the last one
	tasks  chan task
	free   chan *Batch
	wg     sync.WaitGroup
	wait   atomic.Int64 // nanoseconds
}

// pending is a batch that is being made. batch is set before the first task is
// handed out and may be read once done is closed.
type pending struct {
	step  int
	batch *Batch
	left  atomic.Int64 // tasks
	done  chan struct{}
}

// task is to make all views of one source picture.
type task struct {
	*pending
	slot, source int
}

var errClosed = errors.New("data: the loader was closed")

// NewLoader starts making the batches for the steps fromStep to c.Train.Steps-1
// from p, whose size must be c.Data.Size. It stops when ctx is cancelled or by
// Close, which must be called in the end.
//
// It panics if p is empty or of another size, or if fromStep is negative.
func NewLoader(ctx context.Context, p *Pictures, c *configs.Config, fromStep int) *Loader {
	return newLoader(ctx, p, c, fromStep, false)
}

// NewDrawer is [NewLoader] for batches whose plans are carried out elsewhere:
// they have no Pix.
func NewDrawer(ctx context.Context, p *Pictures, c *configs.Config, fromStep int) *Loader {
	return newLoader(ctx, p, c, fromStep, true)
}

func newLoader(ctx context.Context, p *Pictures, c *configs.Config, fromStep int, draw bool) *Loader {
	if len(p.Items) == 0 || p.Size != c.Data.Size || fromStep < 0 {
		panic(fmt.Sprintf("data: NewLoader with %d pictures of size %d for data.size %d from step %d", len(p.Items), p.Size, c.Data.Size, fromStep))
	}
	prefetch := max(c.Train.Prefetch, 1)
	l := &Loader{
		pictures: p,
		config:   *c,
		views:    augment.Views(c.Augment.Variant),
		draw:     draw,
		ready:    make(chan *pending, prefetch),
		tasks:    make(chan task),
		free:     make(chan *Batch, prefetch+2), // those ready, one in training, one being copied
	}
	l.ctx, l.cancel = context.WithCancelCause(ctx)
	l.wg.Go(func() { l.handOut(fromStep) })
	workers := cores(c.Data.Workers)
	if draw {
		workers = 1 // drawing a batch takes microseconds
	}
	for range workers {
		l.wg.Go(l.work)
	}
	return l
}

// handOut walks over the steps.
func (l *Loader) handOut(fromStep int) {
	defer close(l.tasks)
	n := l.config.Train.Batch
	s := newSampler(l.config.Seed, len(l.pictures.Items))
	for step := fromStep; step < l.config.Train.Steps; step++ {
		p := &pending{step: step, done: make(chan struct{})}
		p.left.Store(int64(n))
		select {
		case l.ready <- p: // waits while enough batches are
		case <-l.ctx.Done():
			return
		}
		p.batch = l.buffer()
		p.batch.Step = step
		for slot := range n {
			select {
			case l.tasks <- task{p, slot, s.at(step*n + slot)}:
			case <-l.ctx.Done():
				return
			}
		}
	}
	close(l.ready)
}

// buffer is a recycled batch, or a new one.
func (l *Loader) buffer() *Batch {
	select {
	case b := <-l.free:
		return b
	default:
		n := l.views * l.config.Train.Batch
		b := &Batch{Labels: make([]int64, n), Plans: make([]augment.Plan, n), Sources: make([]int32, n)}
		if !l.draw {
			b.Pix = make([]uint8, n*l.bytes())
		}
		return b
	}
}

// bytes is the size of a picture in a batch.
func (l *Loader) bytes() int { return 3 * l.config.Data.Input() * l.config.Data.Input() }

// work carries out tasks. Slot, not the source picture, is the plans' index: a
// picture that stands twice in a batch gets two plans.
func (l *Loader) work() {
	size, input, n := l.pictures.Size, l.config.Data.Input(), l.config.Train.Batch
	planner := augment.NewPlanner(l.config.Augment, l.config.Data.Mean, size, input, l.config.Seed)
	painter := augment.NewPainter(size, input)
	var plans []augment.Plan
	views := make([][]uint8, l.views)
	for t := range l.tasks {
		plans = planner.Plans(plans[:0], t.step, t.slot)
		for v, plan := range plans {
			i := v*n + t.slot
			t.batch.Labels[i], t.batch.Plans[i], t.batch.Sources[i] = int64(plan.Label), plan, int32(t.source)
			if !l.draw {
				bytes := l.bytes()
				views[v] = t.batch.Pix[i*bytes : (i+1)*bytes : (i+1)*bytes]
			}
		}
		if !l.draw {
			painter.Paint(views, l.pictures.At(t.source), plans)
		}
		if t.left.Add(-1) == 0 {
			close(t.done)
		}
	}
}

// Next waits for the next batch, in the order of steps. After the last one it
// returns io.EOF; when the context is cancelled, its cause. It is for one
// goroutine at a time.
func (l *Loader) Next() (*Batch, error) {
	start := time.Now()
	defer func() { l.wait.Add(int64(time.Since(start))) }()
	if l.ctx.Err() != nil {
		return nil, context.Cause(l.ctx)
	}
	select {
	case p, ok := <-l.ready:
		if !ok {
			return nil, io.EOF
		}
		select {
		case <-p.done:
			return p.batch, nil
		case <-l.ctx.Done():
		}
	case <-l.ctx.Done():
	}
	return nil, context.Cause(l.ctx)
}

// Recycle hands a batch's buffers back, to be overwritten by a later batch.
// Batches that are not handed back are left to the garbage collector.
func (l *Loader) Recycle(b *Batch) {
	select {
	case l.free <- b:
	default:
	}
}

// Wait is the time that Next has taken so far, in all: how long training had
// nothing to train on.
func (l *Loader) Wait() time.Duration { return time.Duration(l.wait.Load()) }

// Close stops the loader and waits until its goroutines have ended. It may be
// called more than once.
func (l *Loader) Close() {
	l.cancel(errClosed)
	l.wg.Wait()
}

package track

import (
	"errors"
	"os"
	"time"
)

// A server that does not answer is tried again after firstPause, then after twice as
// long each time, but for longestPause.
const (
	firstPause   = time.Second
	longestPause = time.Minute
)

// errSlow is why items are lost where there was no failure.
var errSlow = errors.New("it is slower than the run")

// send introduces the run and sends what is in the queue until nothing more comes.
func (r *Run) send() {
	defer close(r.done)
	defer r.server.http.CloseIdleConnections()
	var it item // the first is empty: nothing but the introduction
	for ok := true; ok; it, ok = r.next() {
		if err := r.insist(it); err != nil {
			lost := it.size() + r.queue.clear()
			if r.remote == nil {
				lost += len(r.options.Params) + len(r.options.Tags)
			}
			r.count(0, lost, err)
			return
		}
	}
}

// next waits for an item; it is false when nothing more comes.
func (r *Run) next() (item, bool) {
	for {
		if it, ok := r.queue.pop(); ok {
			return it, true
		}
		select {
		case <-r.queue.pushed:
		case <-r.ending:
			return r.queue.pop()
		}
	}
}

// insist sends an item, or drops it where the server refuses it. A server that does
// not answer is tried again, as long as the run goes on; after that, two failures in
// a row are enough. The error is why nothing more can be sent.
func (r *Run) insist(it item) error {
	pause := firstPause
	for {
		ending := r.ending
		select {
		case <-ending:
			ending = nil // which no select waits for
		default:
		}
		err := r.deliver(it)
		before := r.failing
		r.failing = err != nil && !lasting(err)
		switch {
		case err == nil:
			r.count(it.size(), 0, nil)
			return nil
		case r.ctx.Err() != nil:
			return errSlow
		case lasting(err):
			r.count(0, it.size(), err)
			return nil
		case ending == nil && before:
			return err
		}
		r.count(0, 0, err)
		select {
		case <-r.clock.after(pause):
		case <-ending:
		case <-r.ctx.Done():
			return err
		}
		pause = min(2*pause, longestPause)
	}
}

// deliver sends an item once.
func (r *Run) deliver(it item) error {
	if r.remote == nil {
		if err := r.introduce(); err != nil {
			return err
		}
	}
	switch {
	case it.state != "":
		return r.server.end(r.ctx, r.remote.id, it.state, r.clock.now())
	case it.file != "":
		content, err := os.ReadFile(it.file)
		if err != nil {
			return &refusal{says: err.Error()}
		}
		return r.server.upload(r.ctx, r.remote, it.name, content)
	}
	metrics := it.metrics
	if it.curve {
		metrics = r.remote.news(metrics)
	}
	if len(metrics) == 0 {
		return nil
	}
	if err := r.server.log(r.ctx, batch{Run: r.remote.id, Metrics: metrics}); err != nil || !it.curve {
		return err
	}
	for _, s := range metrics {
		r.remote.last[s.Key] = s.Step
	}
	return nil
}

// news is what the server does not have of a curve. A run that goes on measures
// again what came after its checkpoint, and finds the same.
func (r *remote) news(curve []sample) []sample {
	var list []sample
	for _, s := range curve {
		if last, known := r.last[s.Key]; !known || s.Step > last {
			list = append(list, s)
		}
	}
	return list
}

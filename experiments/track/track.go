package track

import (
	"context"
	"fmt"
	"math"
	"os"
	"sync"
	"time"
)

// Options say what a run is, and where it is sent.
type Options struct {
	Server     string // its address, http or https
	Experiment string
	Name       string // the run's
	File       string // path of the file that keeps the run's id there
	Params     []Pair // each key once; what is too long is cut off
	Tags       []Pair
	History    []Row                 // what was logged in earlier sittings
	Note       func(sentence string) // called by the methods, never in between
}

// Row is what was measured at an update. Values that are not finite are left out.
type Row struct {
	Step    int
	Metrics []Metric
}

// Metric is a number with its name.
type Metric struct {
	Key   string
	Value float64
}

// Run is one run that is being sent. The methods of a nil *Run do nothing. They do not
// wait for the server, and are for one goroutine.
type Run struct {
	options Options
	server  *client
	clock   clock
	queue   queue

	ctx    context.Context // of all requests
	cancel func()
	ending chan struct{} // closed when nothing more comes
	done   chan struct{} // closed when nothing more is sent

	mu         sync.Mutex
	sent, lost int
	why        error // of the last failure
	trouble    error // the same, until something is sent
	warned     bool

	remote   *remote // only the sender's, as what follows
	hopeless error
	failing  bool
}

// clock is the time; tests have another.
type clock struct {
	now   func() time.Time
	after func(time.Duration) <-chan time.Time
}

// Start begins to send a run.
func Start(o Options) *Run {
	return start(o, newClient(o.Server, os.Getenv, requestTimeout), clock{time.Now, time.After})
}

func start(o Options, server *client, of clock) *Run {
	r := &Run{options: o, server: server, clock: of, ending: make(chan struct{}), done: make(chan struct{})}
	r.queue.pushed = make(chan struct{}, 1)
	r.options.Params, r.options.Tags = fitted(o.Params, mostParam), fitted(o.Tags, mostTag)
	r.ctx, r.cancel = context.WithCancel(context.Background())
	var past []sample
	for _, row := range o.History {
		if of := r.samples(row); len(past)+len(of) <= mostMetrics {
			past = append(past, of...)
		} else {
			r.push(item{metrics: past, curve: true})
			past = of
		}
	}
	if len(past) > 0 {
		r.push(item{metrics: past, curve: true})
	}
	r.options.History = nil
	go r.send()
	return r
}

// fitted is pairs with values of at most so many bytes.
func fitted(pairs []Pair, most int) []Pair {
	list := make([]Pair, len(pairs))
	for i, p := range pairs {
		list[i] = Pair{p.Key, cut(p.Value, most)}
	}
	return list
}

// Log sends what was measured at an update.
func (r *Run) Log(row Row) { r.metrics(row, true) }

// Result sends what was found in the end. Unlike a row of [Run.Log], it is sent
// again where the server has values of this step.
func (r *Run) Result(row Row) { r.metrics(row, false) }

func (r *Run) metrics(row Row, curve bool) {
	if r == nil {
		return
	}
	if s := r.samples(row); len(s) > 0 {
		r.push(item{metrics: s, curve: curve})
	}
	r.warn()
}

// samples is a row as it is sent.
func (r *Run) samples(row Row) []sample {
	var list []sample
	for _, m := range row.Metrics {
		if !math.IsNaN(m.Value) && !math.IsInf(m.Value, 0) {
			list = append(list, sample{m.Key, m.Value, r.clock.now().UnixMilli(), row.Step})
		}
	}
	return list
}

// File sends the file at path, as it is when its turn comes, as the artifact of this
// name, which may have slashes.
func (r *Run) File(name, path string) {
	if r != nil {
		r.push(item{name: name, file: path})
	}
}

// End says in which state the run ended: [Finished], [Failed] or [Killed].
func (r *Run) End(state string) {
	if r != nil {
		r.push(item{state: state})
	}
}

func (r *Run) push(it item) {
	if lost := r.queue.push(it); lost > 0 {
		r.count(0, lost, errSlow)
	}
}

// count adds to what was sent and lost. why, which may be nil, is that of a failure.
func (r *Run) count(sent, lost int, why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent += sent
	r.lost += lost
	if sent > 0 {
		r.trouble = nil
	}
	if why != nil && (why != errSlow || r.why == nil) {
		r.why, r.trouble = why, why
	}
}

// warn notes, once, that something goes wrong.
func (r *Run) warn() {
	r.mu.Lock()
	why := r.trouble
	if r.warned {
		why = nil
	}
	r.warned = r.warned || why != nil
	r.mu.Unlock()
	if why != nil {
		r.note(fmt.Sprintf("MLflow at %s does not take the run: %v; training goes on, and what there is to send is kept for a while", r.options.Server, why))
	}
}

func (r *Run) note(sentence string) {
	if r.options.Note != nil {
		r.options.Note(sentence)
	}
}

// Wait lets runs, of which nothing more comes, send what is left until ctx is done,
// and notes what each has lost. A nil run is none. It is called once for a run.
func Wait(ctx context.Context, runs ...*Run) {
	for _, r := range runs {
		if r != nil {
			close(r.ending)
		}
	}
	for _, r := range runs {
		if r == nil {
			continue
		}
		select {
		case <-r.done:
		case <-ctx.Done():
		}
		r.cancel()
		<-r.done
		if r.lost > 0 {
			r.note(fmt.Sprintf("MLflow at %s did not get all of the run %s: %d of %d items (params, tags, values, files) are lost there: %v; the run's folder has them all",
				r.options.Server, r.options.Name, r.lost, r.lost+r.sent, r.why))
		}
	}
}

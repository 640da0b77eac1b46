package suite

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cutpaste/cutpaste/experiments/run"
)

// watch tells a person how far the suite is: a bar of updates, a line a job.
type watch struct {
	task run.Task
	p    run.Progress
	quit chan struct{}
	gone sync.WaitGroup

	mu      sync.Mutex
	todo    []*Job
	out     *Outcome
	running []int
	ended   int // updates of jobs that have ended
}

// period is between two looks at the running jobs' curves.
const period = time.Second

func newWatch(todo []*Job, out *Outcome, p run.Progress) *watch {
	total := 0
	for _, j := range todo {
		total += work(j)
	}
	w := &watch{p: p, todo: todo, out: out, quit: make(chan struct{})}
	w.task = p.Task(fmt.Sprintf("%d jobs", len(todo)), total, "updates")
	w.gone.Go(func() {
		tick := time.NewTicker(period)
		defer tick.Stop()
		for {
			select {
			case <-w.quit:
				return
			case <-tick.C:
				w.look()
			}
		}
	})
	return w
}

// work is how many updates a job counts for: a control's scoring for one.
func work(j *Job) int { return max(1, j.Config.Train.Steps) }

func (w *watch) start(i int) {
	w.mu.Lock()
	w.running = append(w.running, i)
	w.mu.Unlock()
	w.look()
}

// stop notes what became of a job, which account counts and says in a sentence.
func (w *watch) stop(i int, account func() string) {
	w.mu.Lock()
	w.running = slices.DeleteFunc(w.running, func(k int) bool { return k == i })
	w.ended += work(w.todo[i])
	sentence := account()
	w.mu.Unlock()
	w.p.Note(sentence)
	w.look()
}

// look adds up what the running jobs have logged.
func (w *watch) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	done, speed := w.ended, 0.0
	var names []string
	for _, i := range w.running {
		j := w.todo[i]
		names = append(names, j.String())
		curves, err := run.Curves(j.Dir)
		if err != nil || len(curves.Rows) == 0 {
			continue
		}
		last := curves.Rows[len(curves.Rows)-1]
		done += min(work(j), int(last[0]))
		if at := slices.Index(curves.Columns, "images_per_second"); at >= 0 {
			speed += last[at]
		}
	}
	detail := fmt.Sprintf("%d of %d jobs done", w.out.Done, w.out.Jobs)
	if n := len(w.out.Failed); n > 0 {
		detail += fmt.Sprintf(", %d failed", n)
	}
	if len(names) > 0 {
		detail += ", now " + strings.Join(names, " and ")
	}
	if speed > 0 {
		detail += fmt.Sprintf(", %.0f images/s", speed)
	}
	w.task.Set(done, detail)
}

func (w *watch) end() {
	close(w.quit)
	w.gone.Wait()
	w.task.Done()
}

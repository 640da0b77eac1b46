package trainer

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// TrainTogether is [Job.Train] for several jobs at once: they take turns, an
// update each. On a device every job has its own stream, so that one's updates
// fill what another's leave idle, and jobs with the same Pictures share the one
// copy on the device. Each job's outcome is what it would be alone; one that
// fails does not stop the others. There is a net or an error for every job.
//
// The jobs must have the same Numerics, some of which are the process's.
func TrainTogether(ctx context.Context, jobs []Job) (trained []*nets.Net, errs []error) {
	trained, errs = make([]*nets.Net, len(jobs)), make([]error, len(jobs))
	loops := make([]*loop, len(jobs))
	// try runs f for job i, whose first error ends it.
	try := func(i int, f func() error) {
		if errs[i] == nil {
			errs[i] = explained(torch.Do(f), jobs[i].Config, jobs[i].Numerics)
		}
	}
	// end frees what a job needs no longer, at once: its neighbours may be short of
	// memory.
	end := func(i int) {
		l := loops[i]
		err := torch.Do(func() error { l.close(); return nil })
		try(i, func() error { return err })
		if errs[i] == nil {
			trained[i] = l.net
		} else if l.net != nil {
			l.net.Free()
		}
	}
	err := torch.Do(func() error {
		going := make([]int, 0, len(jobs))
		for i, j := range jobs {
			loops[i] = &loop{Job: j, checkpoints: filepath.Join(j.Dir, checkpointFolder)}
			try(i, func() error {
				if j.Numerics != jobs[0].Numerics {
					return errors.New("jobs that are trained at once need the same device, precision, layout and threads")
				}
				return loops[i].open(ctx)
			})
			going = append(going, i)
		}
		for len(going) > 0 {
			going = slices.DeleteFunc(going, func(i int) bool {
				if errs[i] == nil && !loops[i].done() {
					try(i, func() error { return loops[i].step(ctx) })
				}
				over := errs[i] != nil || loops[i].done()
				if over {
					end(i)
				}
				return over
			})
		}
		jobs[0].Numerics.Device.ReleaseMemory() // what comes next has other shapes
		return nil
	})
	for i := range jobs {
		if trained[i] == nil && errs[i] == nil {
			errs[i] = err
		}
	}
	return trained, errs
}

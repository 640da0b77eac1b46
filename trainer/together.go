package trainer

import (
	"context"
	"fmt"
	"path/filepath"

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
			errs[i] = explained(torch.Do(f), jobs[i].Numerics.Device)
		}
	}
	_ = torch.Do(func() error {
		for i, j := range jobs {
			loops[i] = &loop{Job: j, checkpoints: filepath.Join(j.Dir, "checkpoint")}
			try(i, func() error {
				if j.Numerics != jobs[0].Numerics {
					return fmt.Errorf("jobs that are trained at once need the same device, precision and threads: %+v and %+v", jobs[0].Numerics, j.Numerics)
				}
				return loops[i].open(ctx)
			})
		}
		for going := true; going; {
			going = false
			for i, l := range loops {
				if errs[i] != nil || l.done() {
					continue
				}
				try(i, func() error { return l.step(ctx) })
				going = true
			}
		}
		for i, l := range loops {
			l.close()
			switch {
			case errs[i] == nil:
				trained[i] = l.net
			case l.net != nil:
				l.net.Free()
			}
		}
		torch.ReleaseMemory() // what comes next has other shapes
		return nil
	})
	return trained, errs
}

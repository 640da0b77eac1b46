package trainer

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
)

// seeded are jobs that differ in their seeds, on the same pictures.
func seeded(t *testing.T, seeds ...uint64) []Job {
	t.Helper()
	var jobs []Job
	for _, seed := range seeds {
		c := small()
		c.Seed = seed
		j := job(t, c, t.TempDir())
		if len(jobs) > 0 {
			j.Pictures = jobs[0].Pictures
		}
		jobs = append(jobs, j)
	}
	return jobs
}

// Trained at once or alone, a job ends with the same bytes, and so does one
// whose neighbours fail or have nothing to do.
func TestTogetherAsAlone(t *testing.T) {
	together := seeded(t, 1, 2, 3, 4)
	together[1].Config.Optim.Lr = 1e9 // diverges
	together[2].Config.Train.Steps = 0
	before := live(t)
	nets, errs := TrainTogether(context.Background(), together)
	for i, net := range nets {
		if (net == nil) == (errs[i] == nil) {
			t.Errorf("job %d has a net: %v, and the error %v", i, net != nil, errs[i])
		}
		if net != nil {
			free(t, net)
		}
	}
	if now := live(t); now != before {
		t.Errorf("%d tensors are left over", now-before)
	}
	var diverged *NotFiniteError
	if errs[0] != nil || errs[2] != nil || errs[3] != nil || !errors.As(errs[1], &diverged) {
		t.Fatalf("errors: %v", errs)
	}
	for i, alone := range seeded(t, 1, 2, 3, 4) {
		if i == 0 || i == 3 {
			mustTrain(t, alone)
			outcomeOf(t, together[i].Dir).same(t, "trained at once", outcomeOf(t, alone.Dir))
		}
	}
}

func TestTogetherNeedsTheSameNumerics(t *testing.T) {
	jobs := seeded(t, 1, 2)
	jobs[1].Numerics.ChannelsLast = !jobs[1].Numerics.ChannelsLast
	jobs[0].Config.Train.Steps = 1
	nets, errs := TrainTogether(context.Background(), jobs)
	if errs[0] != nil || errs[1] == nil || !strings.Contains(errs[1].Error(), "same device") {
		t.Errorf("errors: %v", errs)
	}
	free(t, nets[0])
}

// Plans carried out in the update train the same net as those carried out ahead,
// to the last bit, and go on from a checkpoint of the other way.
func TestTrainingOnPicturesOfTheDevice(t *testing.T) {
	host := job(t, small(), t.TempDir())
	mustTrain(t, host)
	want := outcomeOf(t, host.Dir)

	onDevice := small()
	onDevice.Augment.On = "device"
	a, b := job(t, onDevice, t.TempDir()), job(t, onDevice, t.TempDir())
	b.Pictures = a.Pictures
	var notes []string
	a.Note = func(s string) { notes = append(notes, s) }
	nets, errs := TrainTogether(context.Background(), []Job{a, b})
	for i := range nets {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		free(t, nets[i])
	}
	if len(notes) > 0 {
		t.Errorf("notes %q on a device that has the pictures anyway", notes)
	}
	outcomeOf(t, a.Dir).same(t, "on the device", want)
	outcomeOf(t, b.Dir).same(t, "on the device, second", want)

	half := small()
	half.Train.CheckpointEvery = 4
	stopped, cancel := context.WithCancel(context.Background())
	c := job(t, half, t.TempDir())
	c.Progress = func(update int, _ *Status) {
		if update == 4 {
			cancel()
		}
	}
	if err := train(t, stopped, c); !errors.Is(err, ErrInterrupted) {
		t.Fatal(err)
	}
	c.Config = onDevice
	c.Progress = nil
	mustTrain(t, c)
	outcomeOf(t, c.Dir).same(t, "half on the host, half on the device", want)
}

func TestWhereAutoPaintsOnACPU(t *testing.T) {
	for on, want := range map[string]bool{"auto": false, "cpu": false, "device": true} {
		c := configs.Default()
		c.Augment.On = on
		l := &loop{Job: Job{Config: c, Numerics: Numerics{Device: "cpu"}, Pictures: pictures(1, 8)}}
		if got, err := l.paintsOnDevice(); got != want || err != nil {
			t.Errorf("augment.on=%s: %v, %v", on, got, err)
		}
	}
}

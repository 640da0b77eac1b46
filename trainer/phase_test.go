package trainer

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/trainer/metricslog"
)

// twoPhases are the paper's fine-tuning (A.4), shorter: the head alone, then all,
// batch normalisation frozen.
func twoPhases(head, all int) []configs.Phase {
	return []configs.Phase{
		{Steps: head, Lr: 0.03, Train: "head", BatchNorm: "frozen"},
		{Steps: all, Lr: 0.001, Train: "all", BatchNorm: "frozen"},
	}
}

// inPhases is a training of 2 and 3 updates.
func inPhases() *configs.Config {
	c := small()
	c.Train.Phases, c.Train.Steps = twoPhases(2, 3), 5
	return c
}

func TestPlaceOf(t *testing.T) {
	phases := []configs.Phase{{Steps: 2}, {Steps: 1}, {Steps: 3}}
	for update, want := range []place{
		{phases[0], 1, 0}, {phases[0], 1, 0}, {phases[1], 2, 2}, {phases[2], 3, 3}, {phases[2], 3, 3}, {phases[2], 3, 3},
		{phases[2], 3, 3}, // after the last update
	} {
		if got := placeOf(phases, update); got != want {
			t.Errorf("update %d: %+v, want %+v", update, got, want)
		}
	}
}

// dropping is a training in phases of a net with dropout, which an update of
// either phase has, and stochastic depth, which those of the second have.
func dropping() *configs.Config {
	c := inPhases()
	c.Net.Name = "efficientnet_b0"
	return c
}

// Stopped after every update and resumed, at the phases' boundary too, a
// training ends as it does in one go, whatever its updates drop.
func TestResumedInPhases(t *testing.T) {
	once, often := job(t, dropping(), t.TempDir()), job(t, dropping(), t.TempDir())
	mustTrain(t, once)
	for update := 1; update < 5; update++ {
		stopAt(t, often, update)
	}
	mustTrain(t, often)
	outcomeOf(t, often.Dir).same(t, "stopped after every update", outcomeOf(t, once.Dir))
}

// Each of dropout and stochastic depth changes what a phase trains where it
// takes part, and only there.
func TestUpdatesDrop(t *testing.T) {
	weights := func(dropout, depth, train string) string {
		c := small()
		c.Net.Name, c.Net.Dropout, c.Net.StochasticDepth = "efficientnet_b0", dropout, depth
		c.Train.Phases, c.Train.Steps = []configs.Phase{{Steps: 1, Lr: 0.03, Train: train, BatchNorm: "frozen"}}, 1
		j := job(t, c, t.TempDir())
		mustTrain(t, j)
		return outcomeOf(t, j.Dir).weights
	}
	for _, of := range []struct {
		train          string
		dropout, depth bool // does it take part?
	}{{"head", true, false}, {"all", true, true}} {
		none := weights("0", "0", of.train)
		if got := weights("0.5", "0", of.train) != none; got != of.dropout {
			t.Errorf("train %s: dropout changes weights: %v", of.train, got)
		}
		if got := weights("0", "0.5", of.train) != none; got != of.depth {
			t.Errorf("train %s: stochastic depth changes weights: %v", of.train, got)
		}
	}
}

// Trained at once or alone, in phases that begin at different updates.
func TestTogetherInPhases(t *testing.T) {
	together, alone := seeded(t, 1, 2), seeded(t, 1, 2)
	for i := range together {
		for _, j := range []Job{together[i], alone[i]} {
			j.Config.Train.Phases, j.Config.Train.Steps = twoPhases(1+i, 2), 3+i
		}
	}
	trained, errs := TrainTogether(context.Background(), together)
	for i := range trained {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		free(t, trained[i])
		mustTrain(t, alone[i])
		outcomeOf(t, together[i].Dir).same(t, "trained at once", outcomeOf(t, alone[i].Dir))
	}
}

// moved says which tensors of two states differ in a byte.
func moved(before, after []safetensors.Tensor) (names []string) {
	bytes := map[string][]byte{}
	for _, b := range before {
		bytes[b.Name] = b.Data
	}
	for _, a := range after {
		if !slices.Equal(a.Data, bytes[a.Name]) {
			names = append(names, a.Name)
		}
	}
	return names
}

// savedWeights are those of a run's checkpoint.
func savedWeights(t *testing.T, dir string) []safetensors.Tensor {
	t.Helper()
	checkpoint := filepath.Join(dir, "checkpoint")
	p, err := readPosition(checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Read(filepath.Join(checkpoint, p.Weights))
	if err != nil {
		t.Fatal(err)
	}
	return f.Tensors
}

// A phase of the head moves no byte of the backbone. Frozen batch normalisation
// keeps its own, statistics, weights and biases, in both phases, while all else
// that a phase trains moves.
func TestWhatPhasesTrain(t *testing.T) {
	c := inPhases()
	j := job(t, c, t.TempDir())
	net, _ := started(t, c)
	var start []safetensors.Tensor
	do(t, func() { start = net.State() })
	stopAt(t, j, 2)
	head := savedWeights(t, j.Dir)
	mustTrain(t, j)
	all := savedWeights(t, j.Dir)

	inHead := func(name string) bool {
		return strings.HasPrefix(name, "head.") || strings.HasPrefix(name, "classifier.")
	}
	frozen := func(name string) bool {
		statistic := name[:strings.LastIndexByte(name, '.')] + ".running_mean"
		return !inHead(name) && slices.ContainsFunc(start, func(t safetensors.Tensor) bool { return t.Name == statistic })
	}
	afterHead, afterAll := moved(start, head), moved(head, all)
	counts := map[string]int{}
	for _, s := range start {
		of := "others"
		switch {
		case frozen(s.Name):
			of = "frozen"
		case inHead(s.Name):
			of = "head"
		}
		counts[of]++
		if got, want := slices.Contains(afterHead, s.Name), of == "head"; got != want {
			t.Errorf("the first phase moved %s: %v", s.Name, got)
		}
		if got, want := slices.Contains(afterAll, s.Name), of != "frozen"; got != want {
			t.Errorf("the second phase moved %s: %v", s.Name, got)
		}
	}
	// ResNet-18's 20 batch normalisations and 20 convolutions.
	if counts["frozen"] != 5*20 || counts["others"] != 20 {
		t.Errorf("%v tensors", counts)
	}
}

// A phase begins with momentum of zero, for the weights that it trains alone, and
// with the first scale of float16's losses.
func TestAPhaseBeginsAnew(t *testing.T) {
	c := inPhases()
	c.Amp, c.ChannelsLast = "fp16", "on"
	n, err := Settle(c)
	if err != nil {
		t.Fatal(err)
	}
	size := 3 * c.Train.Batch * c.Data.Size * c.Data.Size * 3
	do(t, func() {
		net, err := nets.NewOfWidth(parityWidth, c.Net, 3, c.Seed, n.Device, n.ChannelsLast)
		if err != nil {
			t.Fatal(err)
		}
		defer net.Free()
		u := NewUpdater(net, c, n, 1)
		defer u.Free()
		step := func() {
			torch.Scope(func() {
				x, labels := painted(noise(size), []int64{0, 0, 1, 1, 2, 2}, c, n)
				u.train(x, labels, u.sendNoise(6, 0), func() { u.sgd.Step(0.01) })
			})
		}
		state := func() (momentum, scale float32) {
			for _, s := range u.optimizer() {
				values, err := s.Float32s()
				if err != nil {
					t.Fatal(err)
				}
				if s.Name == lossScale {
					scale = values[0]
				} else if s.Name != lossScaleSteps {
					momentum = max(momentum, slices.Max(values))
				}
			}
			return momentum, scale
		}
		for phase, update := range []int{0, 2} {
			u.ready(update)
			weights := len(net.Weights())
			if momentum, scale := state(); momentum != 0 || scale != 65536 {
				t.Errorf("phase %d begins with momentum up to %g and the scale %g", phase+1, momentum, scale)
			}
			for range 12 {
				step() // those with too large a scale are skipped
			}
			u.ready(update + 1)
			if momentum, _ := state(); momentum == 0 {
				t.Errorf("phase %d has no momentum after its first updates", phase+1)
			}
			if head := len(c.Net.Head)*3 + 2; (weights == head) != (phase == 0) {
				t.Errorf("phase %d trains %d weights; the head has %d", phase+1, weights, head)
			}
		}
	})
}

// metrics.csv says which phase a row belongs to, and what diverges in the second
// phase blames its rate.
func TestPhasesAreShown(t *testing.T) {
	c := inPhases()
	c.Train.Phases[1].Lr, c.Train.LogEvery = 1e20, 1
	j := job(t, c, t.TempDir())
	shown := map[int]int{}
	j.Progress = func(_ int, s *Status) {
		if shown[s.Update] = s.Phase; s.Phases != 2 {
			t.Errorf("update %d: phase %d of %d", s.Update, s.Phase, s.Phases)
		}
	}
	err := train(t, context.Background(), j)
	var diverged *NotFiniteError
	if !errors.As(err, &diverged) {
		t.Fatalf("it ended with %v", err)
	}
	if d := *diverged; d.Phase != 2 || d.Update < 3 || d.Lr != LearningRate(c, d.Update-1) || d.Lr < 1e19 {
		t.Errorf("the error is %+v", d)
	}
	table, err := metricslog.Read(filepath.Join(j.Dir, "metrics.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Rows) < 3 || table.Columns[len(table.Columns)-1] != phaseColumn {
		t.Fatalf("%d rows of %q", len(table.Rows), table.Columns)
	}
	for i, row := range table.Rows {
		want := 1
		if i >= 2 {
			want = 2
		}
		if got := row[len(row)-1]; got != float64(want) || shown[i+1] != want {
			t.Errorf("update %d: phase %g in metrics.csv, %d in the status, want %d", i+1, got, shown[i+1], want)
		}
	}
}

// With train.steps=0 phases train nothing.
func TestNoUpdatesOfPhases(t *testing.T) {
	c := inPhases()
	c.Train.Steps = 0
	j := job(t, c, t.TempDir())
	mustTrain(t, j)
	if left, _ := os.ReadDir(j.Dir); len(left) > 0 {
		t.Errorf("it left %v", left)
	}
}

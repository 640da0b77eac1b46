package trainer

import (
	"encoding/csv"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// On CUDA a training does what it does on the CPU, whoever carries out the plans
// and with the update captured as a graph or not. The order of sums differs, and
// each update makes more of that: on the CPU, another layout of the tensors
// changed the first loss of this training by 2e-6 and the sixth by 6e-3, and a
// third of the learning rate the later ones by 3e-2 and more.
func TestTrainingOnCUDA(t *testing.T) {
	if devices, reason := torch.CUDA(); devices == 0 {
		t.Skip("no CUDA device: " + reason)
	}
	short := func(device, on, graph string) *configs.Config {
		c := small()
		c.Device, c.Augment.On, c.Train.Graph, c.TF32 = device, on, graph, false
		c.Train.Steps, c.Train.Batch, c.Train.LogEvery, c.Train.Deterministic = 6, 8, 1, false
		c.Optim.Lr = 0.001
		return c
	}
	losses := func(c *configs.Config) []float64 {
		j := job(t, c, t.TempDir())
		mustTrain(t, j)
		return lossesOf(t, outcomeOf(t, j.Dir).rows)
	}
	want := losses(short("cpu", "cpu", "off"))
	for _, c := range []struct{ on, graph string }{{"cpu", "off"}, {"device", "off"}, {"device", "on"}} {
		got := losses(short("cuda:0", c.on, c.graph))
		if len(got) != len(want) {
			t.Fatalf("augment.on=%s, train.graph=%s: losses %v, want as many as %v", c.on, c.graph, got, want)
		}
		for i, tolerance := range []float64{1e-4, 1e-3, 0.02, 0.02, 0.02, 0.02} {
			if math.Abs(got[i]-want[i]) > tolerance {
				t.Errorf("augment.on=%s, train.graph=%s: loss %d of %v is more than %g from the CPU's %v", c.on, c.graph, i+1, got, tolerance, want)
			}
		}
	}
}

// lossesOf reads the second column of metrics.csv.
func lossesOf(t *testing.T, rows string) []float64 {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(rows)).ReadAll()
	if err != nil || len(records) < 2 {
		t.Fatalf("metrics.csv has %d rows, %v", len(records), err)
	}
	var out []float64
	for _, r := range records[1:] {
		loss, err := strconv.ParseFloat(r[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, loss)
	}
	return out
}

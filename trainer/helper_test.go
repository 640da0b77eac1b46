package trainer

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// small is a training of seconds: the real net on tiny pictures. One thread,
// because on a busy machine threads of so little work mostly wait for each
// other; and not channels-last, which is slower where maps are so small.
func small() *configs.Config {
	c := configs.Default()
	c.Device, c.Amp, c.ChannelsLast, c.Threads = "cpu", "off", "off", 1
	c.Data.Size, c.Data.Workers = 32, 2
	c.Train = configs.Train{Steps: 8, Batch: 2, LogEvery: 3, CheckpointEvery: 100, Prefetch: 2, Deterministic: true, Graph: "auto"}
	return c
}

// pictures are drawn: waves that differ in place and colour, so that a pasted
// patch does not fit where it lands.
func pictures(n, size int) *data.Pictures {
	p := &data.Pictures{Size: size, Items: make([]data.Item, n), Pix: make([]uint8, n*size*size*3)}
	for i := range n {
		p.Items[i].Rel = fmt.Sprintf("train/good/%03d.png", i)
		pix := p.At(i)
		for y := range size {
			for x := range size {
				at := (y*size + x) * 3
				pix[at] = uint8(8 * y)
				pix[at+1] = uint8(8 * x)
				pix[at+2] = uint8(255 - 4*(x+y) + 16*i)
			}
		}
	}
	return p
}

// job is a training in dir on eight pictures.
func job(t testing.TB, c *configs.Config, dir string) Job {
	t.Helper()
	n, err := Settle(c)
	if err != nil {
		t.Fatal(err)
	}
	return Job{Config: c, Numerics: n, Pictures: pictures(8, c.Data.Size), Dir: dir}
}

// started is the net that c starts with, freed at the test's end, and how it is
// computed with.
func started(t testing.TB, c *configs.Config) (*nets.Net, Numerics) {
	t.Helper()
	n, err := Settle(c)
	if err != nil {
		t.Fatal(err)
	}
	net, err := Start(c, n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { free(t, net) })
	return net, n
}

// train runs j, frees its net, and fails if any tensor is left over.
func train(t testing.TB, ctx context.Context, j Job) error {
	t.Helper()
	before := live(t)
	net, err := j.Train(ctx)
	if err == nil {
		free(t, net)
	}
	if now := live(t); now != before {
		t.Errorf("%d tensors are left over from a training that ended with %v", now-before, err)
	}
	return err
}

func mustTrain(t testing.TB, j Job) {
	t.Helper()
	if err := train(t, context.Background(), j); err != nil {
		t.Fatal(err)
	}
}

// do runs f on the tensor thread, in a scope.
func do(t testing.TB, f func()) {
	t.Helper()
	if err := torch.Do(func() error { torch.Scope(f); return nil }); err != nil {
		t.Fatal(err)
	}
}

func free(t testing.TB, n *nets.Net) {
	t.Helper()
	do(t, n.Free)
}

func live(t testing.TB) (n int) {
	t.Helper()
	do(t, func() { n = torch.Live() })
	return n
}

// outcome is what a training leaves behind, but for what measures time.
type outcome struct {
	update            int
	weights, momentum string // bytes of the files
	rows              string // metrics.csv: update, loss, accuracy, lr
}

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// outcomeOf reads a run's folder. It fails if the checkpoint has more than its
// three files.
func outcomeOf(t testing.TB, dir string) outcome {
	t.Helper()
	checkpoint := filepath.Join(dir, "checkpoint")
	var p position
	if err := json.Unmarshal([]byte(read(t, filepath.Join(checkpoint, positionFile))), &p); err != nil {
		t.Fatal(err)
	}
	if files := names(checkpoint); len(files) != 3 {
		t.Errorf("the checkpoint has the files %v, want three", files)
	}
	return outcome{
		p.Update,
		read(t, filepath.Join(checkpoint, p.Weights)), read(t, filepath.Join(checkpoint, p.Optimizer)),
		rows(t, dir),
	}
}

// rows is metrics.csv without the columns that measure time.
func rows(t testing.TB, dir string) string {
	t.Helper()
	var out strings.Builder
	for line := range strings.Lines(read(t, filepath.Join(dir, "metrics.csv"))) {
		fields := strings.Split(line, ",")
		fmt.Fprintln(&out, strings.Join(fields[:4], ","))
	}
	return out.String()
}

// names lists a folder, nothing where there is none.
func names(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// same compares two outcomes to the last bit.
func (o outcome) same(t testing.TB, what string, want outcome) {
	t.Helper()
	if o.update != want.update {
		t.Errorf("%s: update %d, want %d", what, o.update, want.update)
	}
	if o.weights != want.weights {
		t.Errorf("%s: the weights differ", what)
	}
	if o.momentum != want.momentum {
		t.Errorf("%s: the momentum differs", what)
	}
	if o.rows != want.rows {
		t.Errorf("%s: metrics.csv has\n%swant\n%s", what, o.rows, want.rows)
	}
}

package gallery

import (
	"context"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data/synth"
	"github.com/cutpaste/cutpaste/experiments/pictures"
	"github.com/cutpaste/cutpaste/experiments/run"
)

type silent struct{}

func (silent) Task(string, int, string) run.Task { return silent{} }
func (silent) Note(string)                       {}
func (silent) Set(int, string)                   {}
func (silent) Done()                             {}

// trained is a run of some seconds, of the patch model where crop is not 0.
func trained(t *testing.T, root, category string, crop int) *run.Result {
	t.Helper()
	c := configs.Default()
	c.Name, c.Out, c.Device, c.Threads = "test", t.TempDir(), "cpu", 1
	c.Amp, c.ChannelsLast = "off", "off"
	c.Data.Root, c.Data.Category, c.Data.Size, c.Data.Cache = root, category, 32, "off"
	c.Augment.Variant = "cutpaste"
	c.Train.Steps, c.Train.Batch = 1, 4
	c.Data.Crop, c.Net.Stem, c.Localize.Stride = crop, "imagenet", 8
	r, err := run.Train(context.Background(), c, silent{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func open(t *testing.T, r *run.Result) *run.Album {
	t.Helper()
	a, err := run.OpenAlbum(r.Run, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Two runs of one category stand side by side; all that is promised is drawn, and the
// maps on disk are the runs' own.
func TestDraw(t *testing.T) {
	root := filepath.Join(t.TempDir(), "pictures")
	err := synth.Write(context.Background(), root, synth.Options{
		Size: 32, Train: 8, TestGood: 3, TestPerDefect: 1, Categories: synth.Categories()[:2],
	})
	if err != nil {
		t.Fatal(err)
	}
	patch := trained(t, root, synth.Categories()[0], 16)
	whole := trained(t, root, synth.Categories()[0], 0)
	other := trained(t, root, synth.Categories()[1], 0)

	var g Gallery
	for _, r := range []*run.Result{patch, whole} {
		if err := g.Add(open(t, r)); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.Add(open(t, other)); err == nil || !strings.Contains(err.Error(), other.Run) {
		t.Errorf("another category's pictures: %v", err)
	}
	to, last := t.TempDir(), 0
	files, err := g.Draw(to, 2, func(done, total int) { last = done })
	if err != nil {
		t.Fatal(err)
	}
	if last != files.Pictures || len(files.Maps) != 2 || len(files.Plots) != 3 {
		t.Errorf("%+v, progress to %d", files, last)
	}
	for _, plot := range files.Plots {
		if b, err := os.ReadFile(plot); err != nil || !strings.Contains(string(b), "</svg>") {
			t.Errorf("%s: %v", plot, err)
		}
	}
	album := open(t, whole)
	for i := range album.Len() {
		p, _ := album.Page(i)
		name := strings.TrimPrefix(p.Path, "test/")
		opened(t, filepath.Join(files.Panels, name))
		got, width, _, err := pictures.ReadMap(filepath.Join(files.Maps[1], name))
		if err != nil || width != 32 {
			t.Fatal(width, err)
		}
		want, err := album.Map(i)
		if err != nil {
			t.Fatal(err)
		}
		for k := range want {
			if d := math.Abs(float64(got[k] - want[k])); d > (album.Most-album.Least)/65535 {
				t.Fatalf("%s: pixel %d is %g, not %g", name, k, got[k], want[k])
			}
		}
	}
	opened(t, files.Hardest)

	t.Run("new pictures", func(t *testing.T) { drawsNew(t, root, patch) })
}

func opened(t *testing.T, file string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := png.Decode(f); err != nil {
		t.Errorf("%s: %v", file, err)
	}
}

// Two pictures of one name have files of their own.
func drawsNew(t *testing.T, root string, r *run.Result) {
	p, err := run.OpenPredictor(r.Run, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Free()
	folder := filepath.Join(t.TempDir(), "where")
	n, err := NewIn(folder, p)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, synth.Categories()[0], "test", "good", "000.png")
	var maps []string
	err = p.Predict(context.Background(), []string{file, file}, func(v run.Verdict) {
		m, panel, err := n.Add(v)
		if err != nil {
			t.Fatal(err)
		}
		opened(t, panel)
		got, _, scale, err := pictures.ReadMap(m)
		if err != nil || len(got) != len(v.Map) || scale.High != v.Score {
			t.Errorf("%s: %d scores up to %g, not %g (%v)", m, len(got), scale.High, v.Score, err)
		}
		maps = append(maps, filepath.Base(m))
	})
	if err != nil || len(maps) != 2 || maps[0] != "000.map.png" || maps[1] != "000-2.map.png" {
		t.Errorf("%q, %v", maps, err)
	}
}

package run

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/nets/safetensors"
)

// Picture is a test picture without its pixels.
type Picture struct {
	Path      string `json:"path"` // relative to the category's folder
	Defect    string `json:"defect"`
	Anomalous bool   `json:"anomalous"`
}

func picturesOf(items []data.Item) []Picture {
	out := make([]Picture, len(items))
	for i, it := range items {
		out[i] = Picture{it.Rel, it.Defect, it.Anomalous}
	}
	return out
}

// matrices are the features of one net at one level, row-major.
type matrices struct {
	Train []float32 // [N,Dim], normal training pictures
	Test  []float32 // [M,Dim]
}

// features are those of one level.
type features struct {
	Level     string // pool or another of embed.levels
	Dim       int
	Trained   matrices
	Untrained matrices // the same net before its first update; of a run without one, Trained
}

// embeddings is all that scoring needs of a run.
type embeddings struct {
	Train  []Picture
	Test   []Picture
	Levels []features
}

// names of the levels that are stored.
func (e *embeddings) names() []string {
	var out []string
	for _, f := range e.Levels {
		out = append(out, f.Level)
	}
	return out
}

// pick is the stored features of these levels, in their order. dir is the run's.
func (e *embeddings) pick(levels []string, dir string) ([]features, error) {
	var out []features
	for _, level := range levels {
		at := slices.Index(e.names(), level)
		if at < 0 {
			return nil, &configs.Error{Key: "embed.levels", Source: dir, Msg: fmt.Sprintf("the run has features of %s and none of %s; give its `cutpaste train` command again with embed.levels=%s, which trains nothing anew",
				strings.Join(e.names(), ", "), level, strings.Join(append(e.names(), level), ","))}
		}
		out = append(out, e.Levels[at])
	}
	return out, nil
}

// tensor is a matrix's name in the file.
func (f features) tensor(name string) string { return f.Level + "." + name }

// parts are the matrices by their names in the file.
func (f *features) parts() map[string]*[]float32 {
	return map[string]*[]float32{
		"train": &f.Trained.Train, "test": &f.Trained.Test,
		"untrained.train": &f.Untrained.Train, "untrained.test": &f.Untrained.Test,
	}
}

func (e *embeddings) save(dir string) error {
	meta, err := toMetadata(map[string]any{"train": e.Train, "test": e.Test, "levels": e.names()})
	if err != nil {
		return err
	}
	var tensors []safetensors.Tensor
	for _, f := range e.Levels {
		for name, rows := range f.parts() {
			tensors = append(tensors, safetensors.F32(f.tensor(name), []int{len(*rows) / f.Dim, f.Dim}, *rows))
		}
	}
	return safetensors.Write(filepath.Join(dir, embeddingsFile), tensors, meta)
}

func loadEmbeddings(dir string) (*embeddings, error) {
	path := filepath.Join(dir, embeddingsFile)
	f, err := safetensors.Read(path)
	if err != nil {
		return nil, fmt.Errorf("the run has no embeddings that can be read (%w); give its `cutpaste train` command again", err)
	}
	e := new(embeddings)
	var levels []string
	if err := fromMetadata(f, path, map[string]any{"train": &e.Train, "test": &e.Test, "levels": &levels}); err != nil {
		return nil, err
	}
	for _, level := range levels {
		l, err := e.read(f, level)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		e.Levels = append(e.Levels, l)
	}
	return e, nil
}

// read takes one level's matrices out of the file.
func (e *embeddings) read(file *safetensors.File, level string) (features, error) {
	f := features{Level: level}
	for name, rows := range f.parts() {
		n := len(e.Train)
		if strings.HasSuffix(name, "test") {
			n = len(e.Test)
		}
		t, err := file.Get(f.tensor(name))
		if err != nil {
			return f, err
		}
		if len(t.Shape) != 2 || t.Shape[0] != n || f.Dim != 0 && t.Shape[1] != f.Dim {
			return f, fmt.Errorf("it holds %q of shape %v for %d pictures", t.Name, t.Shape, n)
		}
		f.Dim = t.Shape[1]
		if *rows, err = t.Float32s(); err != nil {
			return f, err
		}
	}
	return f, nil
}

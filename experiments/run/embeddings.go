package run

import (
	"encoding/json"
	"fmt"
	"path/filepath"

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

// features are the embeddings of one net, row-major.
type features struct {
	Train []float32 // [N,D], normal training pictures
	Test  []float32 // [M,D]
}

// embeddings is all that scoring needs of a run.
type embeddings struct {
	Dim       int
	Train     []Picture
	Test      []Picture
	Trained   features
	Untrained features // the same net before its first update
}

func (e *embeddings) save(dir string) error {
	train, err := json.Marshal(e.Train)
	if err != nil {
		return err
	}
	test, err := json.Marshal(e.Test)
	if err != nil {
		return err
	}
	rows := func(name string, v []float32) safetensors.Tensor {
		return safetensors.F32(name, []int{len(v) / e.Dim, e.Dim}, v)
	}
	return safetensors.Write(filepath.Join(dir, embeddingsFile), []safetensors.Tensor{
		rows("train", e.Trained.Train), rows("test", e.Trained.Test),
		rows("untrained.train", e.Untrained.Train), rows("untrained.test", e.Untrained.Test),
	}, map[string]string{"train": string(train), "test": string(test)})
}

func loadEmbeddings(dir string) (*embeddings, error) {
	path := filepath.Join(dir, embeddingsFile)
	f, err := safetensors.Read(path)
	if err != nil {
		return nil, fmt.Errorf("the run has no embeddings that can be read (%w); give its `cutpaste train` command again", err)
	}
	e := new(embeddings)
	for name, list := range map[string]*[]Picture{"train": &e.Train, "test": &e.Test} {
		if err := json.Unmarshal([]byte(f.Meta[name]), list); err != nil {
			return nil, fmt.Errorf("%s does not list its %s pictures: %w", path, name, err)
		}
	}
	for name, part := range map[string]struct {
		rows *[]float32
		n    int
	}{
		"train": {&e.Trained.Train, len(e.Train)}, "test": {&e.Trained.Test, len(e.Test)},
		"untrained.train": {&e.Untrained.Train, len(e.Train)}, "untrained.test": {&e.Untrained.Test, len(e.Test)},
	} {
		t, err := f.Get(name)
		if err != nil {
			return nil, err
		}
		if len(t.Shape) != 2 || t.Shape[0] != part.n {
			return nil, fmt.Errorf("%s holds %q of shape %v for %d pictures", path, name, t.Shape, part.n)
		}
		e.Dim = t.Shape[1]
		if *part.rows, err = t.Float32s(); err != nil {
			return nil, err
		}
	}
	return e, nil
}

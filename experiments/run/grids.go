package run

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data/augment"
	"github.com/cutpaste/cutpaste/experiments/localize"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/safetensors"
)

// What maps are made of.
const (
	OfWindows = "windows" // Mahalanobis distances of the patch model's windows
	OfGradCAM = "gradcam" // Grad-CAM of a model of whole pictures, at its level's size
)

// grids are what a run's maps are made of, before they have the pictures' size:
// maps.safetensors.
type grids struct {
	Kind string // OfWindows or OfGradCAM
	// Made are the keys that they depend on, beside those of the training, as
	// key=value.
	Made          []string
	Train, Test   []Picture
	Height, Width int
	Trained       []float32 // [M,Height,Width] of the test pictures
	Untrained     []float32 // the same of the net before its first update
	// Held, of windows only, is [N,Height,Width] of the normal training pictures,
	// each in Gaussians that others were fitted for.
	Held      []float32
	Shrinkage float64 // Ledoit and Wolf's, of windows, the mean over Gaussians
}

// patch says whether c trains the patch model, which is scored by windows.
func patch(c *configs.Config) bool { return c.Data.Crop > 0 }

// made is [grids].Made of a configuration.
func made(c *configs.Config) []string {
	if !patch(c) {
		level := c.GradCAM.Level
		if cam, err := nets.NewCAM(c.Net, c.GradCAM, augment.Classes(c.Augment.Variant)); err == nil {
			level = cam.Level
		}
		return []string{"gradcam.level=" + level, "gradcam.target=" + c.GradCAM.Target}
	}
	g, shared := c.Grid(), "shared"
	if localize.PerLocation(c.Localize.Gaussian, c.Data.Category) {
		shared = "per-location"
	}
	keys := []string{
		fmt.Sprint("localize.window=", g.Window), fmt.Sprint("localize.stride=", g.Stride), "localize.gaussian=" + shared,
		"density.covariance=" + c.Density.Covariance, fmt.Sprint("density.normalize=", c.Density.Normalize), fmt.Sprint("density.folds=", c.Density.Folds),
	}
	if c.Density.Covariance == "ridge" {
		keys = append(keys, fmt.Sprint("density.ridge=", c.Density.Ridge))
	}
	return keys
}

// fit refuses a configuration that the grids were not made for. dir is the run's.
func (g *grids) fit(c *configs.Config, dir string) error {
	want := made(c)
	if slices.Equal(want, g.Made) {
		return nil
	}
	differs := slices.DeleteFunc(slices.Clone(want), func(k string) bool { return slices.Contains(g.Made, k) })
	if len(differs) == 0 { // the run has a ridge, and none is wanted
		differs = want
	}
	key, _, _ := strings.Cut(differs[0], "=")
	return &configs.Error{Key: key, Source: dir, Msg: fmt.Sprintf("the run's maps were made with %s; give its `cutpaste train` command again with %s, which trains nothing anew",
		strings.Join(g.Made, " "), strings.Join(differs, " "))}
}

// at is one picture's grid [Height,Width] out of such as Trained.
func (g *grids) at(of []float32, i int) []float32 {
	n := g.Height * g.Width
	return of[i*n:][:n]
}

// tensors are the grids by their names in the file.
func (g *grids) tensors() map[string]*[]float32 {
	return map[string]*[]float32{"test": &g.Trained, "untrained.test": &g.Untrained, "held": &g.Held}
}

// described is what the file's metadata have.
func (g *grids) described() map[string]any {
	return map[string]any{"kind": &g.Kind, "made": &g.Made, "train": &g.Train, "test": &g.Test, "height": &g.Height, "width": &g.Width, "shrinkage": &g.Shrinkage}
}

func (g *grids) save(dir string) error {
	meta, err := toMetadata(g.described())
	if err != nil {
		return err
	}
	var tensors []safetensors.Tensor
	for name, values := range g.tensors() {
		if n := len(*values) / (g.Height * g.Width); n > 0 {
			tensors = append(tensors, safetensors.F32(name, []int{n, g.Height, g.Width}, *values))
		}
	}
	return safetensors.Write(filepath.Join(dir, mapsFile), tensors, meta)
}

func loadGrids(dir string) (*grids, error) {
	path := filepath.Join(dir, mapsFile)
	f, err := safetensors.Read(path)
	if err != nil {
		return nil, fmt.Errorf("the run has no maps that can be read (%w); give its `cutpaste train` command again, which trains nothing anew", err)
	}
	g := new(grids)
	if err := fromMetadata(f, path, g.described()); err != nil {
		return nil, err
	}
	pictures := map[string]int{"test": len(g.Test), "untrained.test": len(g.Test)}
	if g.Kind == OfWindows {
		pictures["held"] = len(g.Train)
	}
	for name, n := range pictures {
		if n == 0 {
			continue
		}
		t, err := f.Get(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if !slices.Equal(t.Shape, []int{n, g.Height, g.Width}) {
			return nil, fmt.Errorf("%s holds %q of shape %v for %d grids of %d x %d; give the run's `cutpaste train` command again, which trains nothing anew", path, name, t.Shape, n, g.Height, g.Width)
		}
		if *g.tensors()[name], err = t.Float32s(); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return g, nil
}

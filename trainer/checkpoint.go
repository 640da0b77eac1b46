package trainer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/trainer/wholefile"
)

// position says where training stands. It is the last file of a checkpoint to
// be written: a checkpoint is there once its position.json names it, whatever
// happens before or after.
type position struct {
	Update    int    `json:"update"`    // updates done
	Config    string `json:"config"`    // hash of the training configuration
	Weights   string `json:"weights"`   // file in this folder
	Optimizer string `json:"optimizer"` // file in this folder
	// Losses and right answers since the last row of metrics.csv.
	Losses []float32 `json:"losses"`
	Right  []float32 `json:"right"`
	// Seconds spent in updates so far, over all sittings.
	Seconds float64 `json:"seconds"`
}

const (
	checkpointFolder = "checkpoint" // in a run's
	positionFile     = "position.json"
)

// HasCheckpoint says whether training in the run folder dir would go on from a
// checkpoint.
func HasCheckpoint(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, checkpointFolder, positionFile))
	return err == nil
}

// saveCheckpoint writes weights, which are the net's state, momentum and position
// into dir, then removes the files of the checkpoint before. If it fails (a full
// disk) the checkpoint before is untouched.
func (u *Updater) saveCheckpoint(dir string, p position, weights []safetensors.Tensor) error {
	p.Config = u.config.Hash()
	p.Weights = fmt.Sprintf("weights-%08d.safetensors", p.Update)
	p.Optimizer = fmt.Sprintf("optimizer-%08d.safetensors", p.Update)
	err := os.MkdirAll(dir, 0o777)
	if err == nil {
		err = safetensors.Write(filepath.Join(dir, p.Weights), weights, nil)
	}
	if err == nil {
		err = safetensors.Write(filepath.Join(dir, p.Optimizer), u.optimizer(), nil)
	}
	if err == nil {
		err = p.write(dir)
	}
	if err != nil {
		before, unreadable := readPosition(dir)
		if unreadable == nil { // otherwise it may name files that are still good
			removeAllBut(dir, before)
		}
		return fmt.Errorf("the checkpoint of update %d could not be saved (%w); put that right, then the same command goes on from the checkpoint before", p.Update, err)
	}
	removeAllBut(dir, &p)
	return nil
}

func (p position) write(dir string) error {
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	return wholefile.Write(filepath.Join(dir, positionFile), append(b, '\n'))
}

// removeAllBut removes files of checkpoints other than this one. What cannot be
// removed does no harm.
func removeAllBut(dir string, keep *position) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		name := e.Name()
		if keep != nil && (name == keep.Weights || name == keep.Optimizer) {
			continue
		}
		// A name that begins with a dot is a file that a killed run was writing.
		if strings.HasPrefix(name, "weights-") || strings.HasPrefix(name, "optimizer-") || strings.HasPrefix(name, ".") {
			os.Remove(filepath.Join(dir, name))
		}
	}
}

// readPosition is nil where there is no checkpoint.
func readPosition(dir string) (*position, error) {
	path := filepath.Join(dir, positionFile)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := new(position)
	err = json.Unmarshal(b, p)
	if err == nil && (p.Update < 1 || p.Config == "" || p.Weights == "" || p.Optimizer == "") {
		err = errors.New("it lacks the update, the configuration or the names of the files")
	}
	if err != nil {
		return nil, fmt.Errorf("%s is damaged (%w); remove the folder %s to train from the start", path, err, dir)
	}
	return p, nil
}

// loadCheckpoint puts the checkpoint of dir into net and optimiser, in the phase
// of the next update: where that begins a phase, its momentum starts from zero
// and the saved one is the phase's before. Without a checkpoint it returns a
// position of zero updates. One of another training configuration is an error.
func (u *Updater) loadCheckpoint(dir string) (position, error) {
	p, err := readPosition(dir)
	if err != nil || p == nil {
		return position{}, err
	}
	if p.Config != u.config.Hash() {
		return position{}, fmt.Errorf("the checkpoint in %s was made with another training configuration; remove it or choose another out=", dir)
	}
	err = loadFile(filepath.Join(dir, p.Weights), u.Net.Load)
	u.ready(p.Update)
	if err == nil && p.Update > u.place.first {
		err = loadFile(filepath.Join(dir, p.Optimizer), u.loadOptimizer)
	}
	if err != nil {
		return position{}, fmt.Errorf("the checkpoint in %s cannot be used (%w); remove the folder to train from the start", dir, err)
	}
	return *p, nil
}

// loadFile reads a safetensors file and hands it to what takes it over.
func loadFile(path string, load func(*safetensors.File) error) error {
	f, err := safetensors.Read(path)
	if err != nil {
		return err
	}
	return load(f)
}

// What an optimiser's file holds: the momentum of every weight of the phase under
// its name and this, and where losses are scaled the scale and the steps since it
// changed.
const (
	momentumSuffix = ".momentum"
	lossScale      = "loss_scale"
	lossScaleSteps = "loss_scale.steps"
)

// optimizer is the optimiser's state.
func (u *Updater) optimizer() []safetensors.Tensor {
	var out []safetensors.Tensor
	torch.Scope(func() {
		for i, name := range u.Net.WeightNames() {
			t := u.sgd.Momentum(i)
			out = append(out, safetensors.F32(name+momentumSuffix, t.Shape(), torch.Read[float32](t)))
		}
		if u.sgd.ScalesLosses() {
			scale, steps := u.sgd.Scaling()
			out = append(out, safetensors.F32(lossScale, nil, torch.Read[float32](scale)),
				safetensors.F32(lossScaleSteps, nil, torch.Read[float32](steps))) // whole numbers to 2,000
		}
	})
	return out
}

func (u *Updater) loadOptimizer(f *safetensors.File) (err error) {
	torch.Scope(func() {
		if err = u.loadMomentum(f); err != nil || !u.sgd.ScalesLosses() {
			return
		}
		scale, steps := u.sgd.Scaling()
		for _, state := range []struct {
			name string
			to   torch.Tensor
		}{{lossScale, scale}, {lossScaleSteps, steps}} {
			if err = overwrite(state.to, f, state.name); err != nil {
				return
			}
		}
	})
	return err
}

func (u *Updater) loadMomentum(f *safetensors.File) error {
	for i, name := range u.Net.WeightNames() {
		if err := overwrite(u.sgd.Momentum(i), f, name+momentumSuffix); err != nil {
			return err
		}
	}
	return nil
}

// overwrite puts a file's tensor in place of to's numbers.
func overwrite(to torch.Tensor, f *safetensors.File, name string) error {
	t, err := f.Get(name)
	if err != nil {
		return err
	}
	if want := to.Shape(); !slices.Equal(t.Shape, want) {
		return fmt.Errorf("%s has shape %v where this net has %v", t.Name, t.Shape, want)
	}
	values, err := t.Float32s()
	if err != nil {
		return err
	}
	torch.Overwrite(to, values)
	return nil
}

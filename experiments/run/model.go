package run

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/trainer"
)

// keep writes the trained net: the backbone as model.safetensors, as torchvision
// takes it, and what only training needs as head.safetensors. The model is last:
// where it is, both are. What another net of the run, lost since, was scored by is
// removed first, so that it is never taken for this one's.
func (j job) keep(net *nets.Net) error {
	for _, name := range []string{mapsFile, embeddingsFile, gaussiansDir} {
		if err := os.RemoveAll(filepath.Join(j.dir, name)); err != nil {
			return err
		}
	}
	var backbone, head []safetensors.Tensor
	if err := torch.Do(func() error { backbone, head = net.Published(), net.HeadState(); return nil }); err != nil {
		return err
	}
	of := map[string]string{"net": j.config.Net.Name}
	if err := safetensors.Write(filepath.Join(j.dir, headFile), head, of); err != nil {
		return err
	}
	of["classifier"] = "zeros, in the place of ImageNet's"
	return safetensors.Write(filepath.Join(j.dir, modelFile), backbone, of)
}

// onlyModel says whether of the run's training just the model is left, as after
// checkpoint/ was removed for its size.
func (j job) onlyModel() bool {
	_, err := os.Stat(filepath.Join(j.dir, modelFile))
	return err == nil && !trainer.HasCheckpoint(j.dir)
}

// again takes what scoring needs of a run of which the model is left, and its head
// where Grad-CAM asks for it.
func (j job) again(ctx context.Context, normal *data.Pictures) (*stored, error) {
	j.progress.Note(fmt.Sprintf("%s is trained already; what scoring needs is taken with its %s", j.dir, modelFile))
	load := openWhole
	if patch(j.config) {
		load = openModel
	}
	net, err := load(j.dir, j.config, j.meta.Numerics)
	if err != nil {
		return nil, fmt.Errorf("category %s: %w", j.category.Name, err)
	}
	defer trainer.Free(net)
	return j.store(ctx, net, normal)
}

// openModel is the net of the run in dir, with head and classifier as they start.
func openModel(dir string, c *configs.Config, n trainer.Numerics) (*nets.Net, error) {
	net, err := trainer.WithBackbone(c, n, filepath.Join(dir, modelFile))
	if err != nil {
		return nil, fmt.Errorf("the run has no model that can be used (%w); remove the file if it is there, and give the run's `cutpaste train` command again", err)
	}
	return net, nil
}

// openWhole is the net of the run in dir as it was trained, with its head.
func openWhole(dir string, c *configs.Config, n trainer.Numerics) (*nets.Net, error) {
	net, err := trainer.WithWhole(c, n, filepath.Join(dir, modelFile), filepath.Join(dir, headFile))
	if err != nil {
		return nil, fmt.Errorf("the run has no model that can be used (%w); remove both files if they are there, and give the run's `cutpaste train` command again", err)
	}
	return net, nil
}

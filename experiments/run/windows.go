package run

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/experiments/localize"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// windowPlan is how the Gaussians of the patch model's windows are fitted: with
// those for held-out scores where there are folds.
func windowPlan(c *configs.Config, folds int) (localize.Plan, error) {
	perLocation := localize.PerLocation(c.Localize.Gaussian, c.Data.Category)
	p, err := localize.NewPlan(c.Grid(), perLocation, nets.Dimension(c.Net, nets.Pool), folds, c.Localize.Memory)
	if err != nil {
		return p, &configs.Error{Key: "localize.memory", Msg: err.Error()}
	}
	return p, nil
}

// windowOptions are the Gaussians'. folds is 0 where no held-out scores are wanted.
func windowOptions(c *configs.Config, folds int) localize.Options {
	return localize.Options{Options: densityOptions(c.Density), Folds: folds, Seed: c.Seed}
}

// windows scores the windows of the test pictures, and those of the normal ones by
// folds, with the trained net, which is the first, and the test pictures' with the
// untrained one, the last: of a control, the same. The trained net's Gaussians are
// kept if localize.store has room for them.
func (j job) windows(ctx context.Context, of []*nets.Net, normal *data.Pictures, test *data.Arriving) (*grids, error) {
	c := j.config
	side := c.Grid().Side()
	g := &grids{Kind: OfWindows, Made: made(c), Train: picturesOf(j.category.Train), Test: picturesOf(j.category.Test), Height: side, Width: side}
	for i, net := range of {
		label, folds := "windows of the trained net", c.Density.Folds
		if i > 0 {
			label, folds = "windows of the untrained net", 0
		}
		plan, err := windowPlan(c, folds)
		if err != nil {
			return nil, err
		}
		var keep func(from, to int, g *torch.Gaussians) error
		if i == 0 {
			if keep, err = j.keeper(plan); err != nil {
				return nil, err
			}
		}
		d, err := j.distances(ctx, label, plan, net, normal, test, folds, keep)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			g.Trained, g.Held, g.Shrinkage = d.Test, d.Held, d.Shrinkage
		}
		g.Untrained = d.Test
	}
	return g, nil
}

// distances are those of one net's windows.
func (j job) distances(ctx context.Context, label string, plan localize.Plan, net *nets.Net, normal *data.Pictures, test *data.Arriving, folds int, keep func(from, to int, g *torch.Gaussians) error) (*localize.Distances, error) {
	passes := normal.Len() + test.Len()
	if folds > 0 {
		passes += normal.Len()
	}
	task := j.progress.Task(label, plan.Groups()*passes, "pictures")
	defer task.Done()
	named := func(s localize.Source, items []data.Item) localize.Source {
		s.Name = func(i int) string { return items[i].Rel }
		return s
	}
	return plan.Distances(
		named(localize.Pictures(ctx, net, normal, j.config, j.meta.Numerics), normal.Items),
		named(localize.Pictures(ctx, net, test, j.config, j.meta.Numerics), j.category.Test),
		windowOptions(j.config, folds), keep, func(done, _ int) { task.Set(done, "") })
}

// keeper keeps Gaussians in the run, or is nil where they are too many for that. Those
// of an earlier command are removed.
func (j job) keeper(plan localize.Plan) (func(from, to int, g *torch.Gaussians) error, error) {
	dir := filepath.Join(j.dir, gaussiansDir)
	if stores(j.config, plan) {
		return plan.Keep(dir, densityOptions(j.config.Density))
	}
	j.progress.Note(fmt.Sprintf("the Gaussians of windows take %s on disk and localize.store allows %g GB: they are not kept. `cutpaste predict` needs them: give the command again with localize.store=%g, which trains nothing anew",
		localize.Gigabytes(plan.Stored()), j.config.Localize.Store, math.Ceil(float64(plan.Stored())/1e8)/10))
	return nil, os.RemoveAll(dir)
}

// stores says whether localize.store has room for the plan's Gaussians.
func stores(c *configs.Config, plan localize.Plan) bool {
	return float64(plan.Stored()) <= c.Localize.Store*1e9
}

// openKept is the Gaussians that the run in dir has kept, and in how many groups they
// are loaded.
func openKept(dir string, c *configs.Config) (*localize.Kept, int, error) {
	plan, err := windowPlan(c, 0)
	if err != nil {
		return nil, 0, err
	}
	kept, err := localize.OpenKept(filepath.Join(dir, gaussiansDir), plan, densityOptions(c.Density))
	return kept, plan.Groups(), err
}

// keptAsWanted says whether the run in dir has kept its Gaussians where localize.store
// has room for them.
func keptAsWanted(dir string, c *configs.Config) bool {
	plan, err := windowPlan(c, 0)
	if err != nil || !stores(c, plan) {
		return true // there is nothing to make again
	}
	kept, _, err := openKept(dir, c)
	if err == nil {
		err = kept.Close()
	}
	return err == nil
}

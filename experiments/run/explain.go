package run

import (
	"context"
	"slices"

	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/trainer"
)

// explain takes Grad-CAM's maps of the test pictures with the trained net, which is
// the first, and with the untrained one, the last: of a control, the same.
func (j job) explain(ctx context.Context, of []*nets.Net, test *data.Arriving) (*grids, error) {
	g := &grids{Kind: OfGradCAM, Made: made(j.config), Train: picturesOf(j.category.Train), Test: picturesOf(j.category.Test), Height: 1, Width: 1}
	task := j.progress.Task("Grad-CAM", len(of)*test.Len(), "pictures")
	defer task.Done()
	var maps [][]float32
	for i, net := range of {
		values, err := gradCAM(ctx, net, test, j, func(done int) { task.Set(i*test.Len()+done, "") }, g)
		if err != nil {
			return nil, err
		}
		maps = append(maps, values)
	}
	g.Trained, g.Untrained = maps[0], maps[len(maps)-1]
	return g, nil
}

// gradCAM is every test picture's, of the size that it gives to g.
func gradCAM(ctx context.Context, net *nets.Net, test *data.Arriving, j job, progress func(done int), g *grids) (all []float32, err error) {
	err = trainer.GradCAM(ctx, net, test, j.config, j.meta.Numerics, func(m trainer.Maps) error {
		if all == nil {
			g.Height, g.Width = m.Height, m.Width
			all = make([]float32, 0, test.Len()*m.Height*m.Width)
		}
		all = append(all, m.Values...)
		return nil
	}, func(done, _ int) { progress(done) })
	return slices.Clip(all), err
}

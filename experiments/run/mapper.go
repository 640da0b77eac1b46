package run

import (
	"fmt"
	"slices"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/experiments/localize"
)

// mapper makes maps [Size,Size] of grids: higher is more anomalous.
type mapper struct {
	size, height, width int
	windows             *localize.Upsampler // nil for Grad-CAM
	density             bool                // of windows' distances the negative log-densities
	inverted            bool                // of Grad-CAM's that are small where a defect is
}

func newMapper(c *configs.Config, height, width int) mapper {
	m := mapper{size: c.Data.Size, height: height, width: width}
	if patch(c) {
		m.windows, m.density = localize.NewUpsampler(c.Grid(), c.Localize), c.Localize.Score == "density"
	} else {
		m.inverted = c.GradCAM.Target == "normal" || c.GradCAM.Target == "0"
	}
	return m
}

// at is the map of a grid. It fails on a score of a window that is not finite.
func (m mapper) at(grid []float32) ([]float32, error) {
	grid = slices.Clone(grid)
	for i, v := range grid {
		switch {
		case m.density:
			grid[i] = v * v / 2
		case m.inverted:
			grid[i] = -v
		}
	}
	if m.windows != nil {
		return m.windows.Map(grid)
	}
	return localize.Resize(grid, m.width, m.height, m.size, m.size), nil
}

// scores are the scores of these pictures by their maps of the grids [M,Height,Width].
func (m mapper) scores(g *grids, of []float32, pictures []Picture, c *configs.Config) ([]float64, error) {
	out := make([]float64, len(pictures))
	for i, p := range pictures {
		one, err := m.at(g.at(of, i))
		if err == nil {
			out[i], err = localize.ImageScore(one, m.size, c.Localize.ImageScore, c.Localize.Top)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Path, err)
		}
	}
	return out, nil
}

// heldOut are the held-out normal training pictures' scores.
func (m mapper) heldOut(g *grids, c *configs.Config) ([]float64, error) {
	held, err := m.scores(g, g.Held, g.Train, c)
	if err != nil {
		return nil, fmt.Errorf("held out: %w", err)
	}
	return held, nil
}

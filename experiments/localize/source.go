package localize

import (
	"context"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/trainer"
)

// Source is pictures whose windows can be embedded, a group of rows at a time.
type Source struct {
	Len int // pictures

	// Embed embeds the rows from to to-1 of windows of every picture and hands
	// each picture's to visit in order, features [(to-from)*Side,D], which stay as
	// they are until visit returns. An error of visit ends it and is returned.
	Embed func(from, to int, visit func(picture int, features []float32) error) error
}

// Pictures is the source of what a net makes of the windows of c's grid.
func Pictures(ctx context.Context, net *nets.Net, p trainer.Source, c *configs.Config, n trainer.Numerics) Source {
	return Source{p.Len(), func(from, to int, visit func(int, []float32) error) error {
		return trainer.EmbedWindows(ctx, net, p, c.Grid(), from, to, c, n, visit)
	}}
}

package localize

import (
	"context"
	"fmt"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/trainer"
)

// Source is pictures whose windows can be embedded, a group of rows at a time.
type Source struct {
	Len int // pictures

	// Embed embeds the rows from to to-1 of windows of these pictures and hands
	// each one's to visit in this order, by its number among all: features
	// [(to-from)*Side,D], which stay as they are until visit returns. An error of
	// visit ends it and is returned.
	Embed func(pictures []int, from, to int, visit func(picture int, features []float32) error) error

	// Name, if not nil, is what a picture is called in errors.
	Name func(picture int) string
}

func (s Source) name(picture int) string {
	if s.Name != nil {
		return s.Name(picture)
	}
	return fmt.Sprint("picture ", picture)
}

// all are the numbers of all pictures.
func (s Source) all() []int {
	pictures := make([]int, s.Len)
	for i := range pictures {
		pictures[i] = i
	}
	return pictures
}

// Pictures is the source of what a net makes of the windows of c's grid.
func Pictures(ctx context.Context, net *nets.Net, p trainer.Source, c *configs.Config, n trainer.Numerics) Source {
	return Source{Len: p.Len(), Embed: func(pictures []int, from, to int, visit func(int, []float32) error) error {
		return trainer.EmbedWindows(ctx, net, chosen{p, pictures}, c.Grid(), from, to, c, n, func(i int, features []float32) error {
			return visit(pictures[i], features)
		})
	}}
}

// chosen is some of the pictures of a source, in this order.
type chosen struct {
	trainer.Source
	pictures []int
}

func (c chosen) Len() int { return len(c.pictures) }

func (c chosen) Range(from, to int) ([]uint8, error) {
	var pix []uint8
	for _, i := range c.pictures[from:to] {
		one, err := c.Source.Range(i, i+1)
		if err != nil || to-from == 1 {
			return one, err // which is not copied
		}
		pix = append(pix, one...)
	}
	return pix, nil
}

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/data/augment"
	"github.com/cutpaste/cutpaste/tools/cutpaste/sheet"
)

// maxRows keeps a sheet to what a picture viewer can show.
const maxRows = 100

func (a *app) augmentCommand() *cobra.Command {
	out, rows := "sheet.png", 6
	cmd := &cobra.Command{
		Use:   "augment CONFIG [key=value ...] [--out sheet.png] [--rows 6]",
		Short: "Draw a sheet of pictures as training sees them",
		Args:  arguments(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if rows < 1 || rows > maxRows {
				return usagef("--rows must be 1 to %d, not %d", maxRows, rows)
			}
			if !strings.EqualFold(filepath.Ext(out), ".png") {
				return usagef("--out must end in .png, not %q", out)
			}
			c, err := a.config(cmd, args)
			if err != nil {
				return err
			}
			return a.augment(cmd.Context(), c, out, rows)
		},
		ValidArgsFunction: completeConfig,
	}
	document(cmd, help{
		about: `
Draw a sheet of augmented pictures, to see what a configuration makes of your
own. A row is one normal training picture: as it is loaded, and then every view
that training makes of it, by the same code and from the same seed. What the
views are is augment.variant; what is done to them, all other augment keys. The
normal view is shifted and its colors are jittered too; in the others a patch
(CutPaste) or a thin strip (Scar) is cut out, jittered and pasted elsewhere, a
patch is filled with one color (Cutout) or jittered where it lies (Confetti), or
the picture is turned by quarters. With data.crop all of this happens in a crop,
drawn enlarged; the normal view says where in the shifted picture its upper left
corner is.

The pictures are taken evenly from the training set; another seed shows other
shifts and patches.`,
		files: `
  reads   CONFIG, a YAML file; data.root/data.category/train/good
  writes  the sheet, in place of a file that is there; the cache of pictures`,
		examples: `
  cutpaste augment configs/paper.yaml data.root=mvtec data.category=bottle
  cutpaste augment configs/paper.yaml data.root=mvtec data.category=screw \
      augment.scar.width.max=8 seed=1 --out scars.png --rows 3`,
		status: []exit{
			{exitDone, "drawn"},
			{exitFailed, "a picture cannot be read, or the sheet not be written"},
			wrong, interrupted,
		},
	})
	cmd.Flags().StringVar(&out, "out", out, "the sheet, a PNG `file`")
	cmd.Flags().IntVar(&rows, "rows", rows, "`number` of pictures, 1 to 100")
	return cmd
}

func (a *app) augment(ctx context.Context, c *configs.Config, out string, rows int) error {
	category, err := data.Open(c.Data.Root, c.Data.Category)
	if err != nil {
		return err
	}
	items := evenly(category.Train, rows)
	report, done := a.track("loading pictures", "pictures")
	defer done()
	pictures, err := data.Load(ctx, items, data.LoadOptions{
		Size: c.Data.Size, Workers: c.Data.Workers, MaxPixels: c.Data.MaxPixels, Cache: c.Data.Cache, Progress: report,
	})
	if err != nil {
		return fmt.Errorf("category %s: %w", category.Name, err)
	}
	for _, note := range pictures.Notes {
		a.progress.Note(note)
	}
	pixels := fmt.Sprintf("%d pixels", c.Data.Size)
	if c.Data.Crop > 0 {
		pixels = fmt.Sprintf("%d of %d pixels", c.Data.Crop, c.Data.Size)
	}
	title := fmt.Sprintf("%s: variant %s, %s, seed %d", category.Name, c.Augment.Variant, pixels, c.Seed)
	if err := sheet.Write(out, title, views(pictures, c)); err != nil {
		return err
	}
	names := make([]string, len(items))
	for i, it := range items {
		names[i] = it.Rel
	}
	return a.result(map[string]any{"sheet": out, "category": category.Name, "variant": c.Augment.Variant, "pictures": names},
		fmt.Sprintf("The sheet of %s from %s is %s.\n", plural(len(items), "picture"), category.Name, out))
}

// views makes a row of cells for each picture: itself, then what training makes
// of it if it stands in the first update.
func views(p *data.Pictures, c *configs.Config) [][]sheet.Cell {
	input := c.Data.Input()
	planner := augment.NewPlanner(c.Augment, c.Data.Mean, p.Size, input, c.Seed)
	painter := augment.NewPainter(p.Size, input)
	rows := make([][]sheet.Cell, len(p.Items))
	for i, item := range p.Items {
		plans := planner.Plans(nil, 0, i)
		pixels := make([][]uint8, len(plans))
		for v := range pixels {
			pixels[v] = make([]uint8, 3*input*input)
		}
		painter.Paint(pixels, p.At(i), plans)
		rows[i] = []sheet.Cell{{Label: "source " + filepath.Base(item.Path), Size: p.Size, Pix: p.At(i)}}
		for v, plan := range plans {
			label := plan.Kind.String()
			switch plan.Kind {
			case augment.Normal:
				if input < p.Size {
					label += fmt.Sprintf(" at %d,%d", plan.CropX, plan.CropY)
				}
			case augment.CutPaste, augment.Scar, augment.Cutout, augment.Confetti:
				label += fmt.Sprintf(" %dx%d", plan.CutW, plan.CutH)
			}
			rows[i] = append(rows[i], sheet.Cell{Label: label, Size: input, Pix: pixels[v]})
		}
	}
	return rows
}

// evenly takes at most n items, spread over all of them.
func evenly(items []data.Item, n int) []data.Item {
	n = min(n, len(items))
	taken := make([]data.Item, n)
	for i := range taken {
		taken[i] = items[i*len(items)/n]
	}
	return taken
}

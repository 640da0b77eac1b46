package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/experiments/metric"
	"github.com/cutpaste/cutpaste/experiments/run"
	"github.com/cutpaste/cutpaste/experiments/table"
	"github.com/cutpaste/cutpaste/tools/cutpaste/progress"
)

func (a *app) trainCommand() *cobra.Command {
	var seeds []uint
	cmd := &cobra.Command{
		Use:   "train CONFIG [key=value ...]",
		Short: "Train on a category's normal pictures and measure its AUROC",
		Args:  arguments(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.config(cmd, args)
			if err != nil {
				return err
			}
			return a.train(cmd.Context(), c, seeds)
		},
		ValidArgsFunction: completeConfig,
	}
	document(cmd, help{
		about: `
Trains a network to tell normal pictures from CutPaste augmentations of them
(arXiv:2104.04015, section 2), takes its embeddings of all normal training and
test pictures, fits a Gaussian to the normal ones and scores the test pictures
by Mahalanobis distance. The same is done with the network before its first
update: its score is the control beside the trained one. No checkpoint,
threshold or setting is chosen by test labels; the last update counts.

The network starts from random weights (from scratch), or from those of a file:
net.weights=FILE, or net.weights=imagenet for the official ImageNet weights,
which "cutpaste weights fetch" downloads; training itself never does. The
control is then the network with those weights alone, and the result says which
file it was, with its SHA-256. A run that was begun with a file does not go on
with other bytes. With train.steps=0 nothing is trained: the starting weights
are scored as they are, a control on its own.

embed.levels=pool,level7 scores the features of further depths beside the
embedding (pool), from the same pass over the pictures. The first listed is the
run's own result. A run that is complete gets a new level without training, and
keeps those it has.

data.crop=64 trains the patch model (section 2.4): on random crops of the
pictures, within which CutPaste is done. Test pictures are then scored by
windows at localize.stride: their distances from Gaussians of normal windows
make a map of the picture's size, whose largest value is the picture's score. A
model of whole pictures has maps too, by Grad-CAM (gradcam.*). Where test
pictures have masks, maps are measured by pixel AUROC, average precision and
AUPRO. "cutpaste pictures" draws them.

log.mlflow=http://HOST:PORT sends each run's parameters, curves, results and
small files to an MLflow tracking server as well. A server that is slow, or goes
away, neither fails nor slows a run: what it does not take is dropped, and the
run says so. MLFLOW_TRACKING_USERNAME, _PASSWORD and _TOKEN are honoured.

It needs data.root, a folder of categories, and data.category, one of them.

With --seeds several models are trained, one for each seed, jobs_per_device of
them at a time: they share the pictures, and on a device one's updates fill what
another's leave idle. Each ends as it would alone. seed is theirs then, and the
results come in their order, with --json one line each. If one of them fails,
those beside it are finished and printed first; seeds whose turn had not come
are not started.

A run that was cut off, even by kill -9, goes on from its last checkpoint when
the same command is given again, and ends with the same numbers. Ctrl-C finishes
the update and saves. A run that is complete is not trained again; with other
density keys only its scoring is done anew. A run folder is never given to
another configuration: choose another out= or name=.`,
		files: `
  OUT/NAME/VARIANT/CATEGORY/seed-N/, with OUT=runs unless out= says otherwise:
    config.yaml              every key, resolved
    meta.json                versions, starting weights, device, precision (with
                             what was measured where amp or channels_last is
                             auto), data fingerprint, timings
    metrics.csv, events/     training curves, for tensorboard --logdir OUT
    checkpoint/              what resuming needs
    model.safetensors        the backbone, for torchvision's load_state_dict
                             (with a classifier of 1,000 classes, of zeros)
    head.safetensors         its projection head and classifier
    embeddings.safetensors, maps.safetensors, gaussians/
                             what evaluate, pictures and predict need
    scores.csv, result.json  one row a test picture; the metrics
    levels/LEVEL/            both of the further levels`,
		examples: `
  cutpaste train configs/paper.yaml data.root=mvtec data.category=bottle
  cutpaste train configs/demo.yaml data.root=mvtec data.category=screw seed=1
  cutpaste train configs/paper.yaml data.root=mvtec data.category=tile \
      augment.variant=scar
  cutpaste train configs/paper.yaml data.root=mvtec data.category=bottle \
      --seeds 0,1,2,3,4 jobs_per_device=5
  cutpaste train configs/short.yaml data.root=mvtec data.category=bottle \
      net.weights=imagenet train.steps=0 embed.levels=pool,layer3
  cutpaste train configs/finetune-lite0.yaml data.root=mvtec \
      data.category=bottle
  cutpaste train configs/paper-patch64.yaml data.root=mvtec data.category=bottle`,
		status: []exit{
			{exitDone, "trained and scored; without anomalous test pictures AUROC is left out"},
			{exitFailed, "unreadable pictures, no such device or no room on it, a loss not finite"},
			{exitWrong, "wrong command or configuration; nothing was started"},
			{exitInterrupted, "interrupted; the checkpoint is saved, the same command goes on"},
		},
	})
	cmd.Flags().UintSliceVar(&seeds, "seeds", nil, "train a model for each of these `SEEDS`, such as 0,1,2,3,4")
	return cmd
}

func (a *app) train(ctx context.Context, c *configs.Config, seeds []uint) error {
	of := []uint64{c.Seed}
	if len(seeds) > 0 {
		of = of[:0]
		for _, s := range seeds {
			if slices.Contains(of, uint64(s)) {
				return usagef("--seeds has %d twice; a run belongs to one seed", s)
			}
			of = append(of, uint64(s))
		}
	}
	results, failed := run.TrainSeeds(ctx, c, of, reporter{a.progress})
	for _, r := range results {
		if err := a.result(r, summary(r)); err != nil {
			return err
		}
	}
	return failed
}

// summary is a run's result for people.
func summary(r *run.Result) string {
	var b strings.Builder
	all := []run.Result{*r}
	for _, level := range r.Levels {
		all = append(all, *level)
	}
	b.WriteString(table.New(all).Markdown())
	of := "Threshold"
	if len(r.Levels) > 0 {
		of += " of " + r.Features
	}
	fmt.Fprintf(&b, "\n"+of+" from normal pictures alone (%g quantile): %.4g; it flags %.1f %% of the %d normal\nand %.1f %% of the %d anomalous test pictures.",
		r.Threshold.Quantile, r.Threshold.Value, 100*r.Threshold.FlaggedNormal, r.TestNormal, 100*r.Threshold.FlaggedAnomalous, r.TestAnomalous)
	if r.OracleF1 != nil {
		fmt.Fprintf(&b, " Best F1 over all thresholds, which looks at test labels: %.3f.", r.OracleF1.F1)
	}
	b.WriteString("\n")
	b.WriteString(pixels(r))
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "Note: %s.\n", note)
	}
	b.WriteString("\n")
	for _, level := range all {
		fmt.Fprintf(&b, "Scores: %s\n", filepath.Join(level.Run, "scores.csv"))
	}
	fmt.Fprintf(&b, "Run:    %s\n", r.Run)
	return b.String()
}

// pixels is what a run's maps found, for people.
func pixels(r *run.Result) string {
	p := r.Pixels
	if p == nil {
		return ""
	}
	maps, size := "windows", fmt.Sprintf("%d x %d pixels, that of the maps", p.Size, p.Size)
	if p.Maps == run.OfGradCAM {
		maps = "Grad-CAM"
	}
	if p.Of == "mask" {
		size = "each mask's own size"
	}
	percent := func(v *float64, bound func(*run.Bounds) float64) string {
		if p.Bounds == nil {
			return fmt.Sprintf("%.1f", 100**v)
		}
		return metric.Estimate{Value: 100 * *v, Bound: 100 * bound(p.Bounds)}.String()
	}
	return fmt.Sprintf("\nPixels (%s, compared at %s): AUROC %s, untrained %s;\nAP %s; AUPRO up to a false-positive rate of %g: %s. %d regions in %d pictures.\n",
		maps, size, percent(r.PixelAUROC, func(b *run.Bounds) float64 { return b.AUROC }), percent(r.UntrainedPixelAUROC, func(b *run.Bounds) float64 { return b.Untrained }),
		percent(r.PixelAveragePrecision, func(b *run.Bounds) float64 { return b.AP }), p.FPRLimit, percent(r.AUPRO, func(b *run.Bounds) float64 { return b.AUPRO }), p.Regions, p.Images)
}

// reporter shows a run's progress on the terminal.
type reporter struct{ printer *progress.Printer }

func (r reporter) Task(label string, total int, unit string) run.Task {
	return r.printer.Task(label, total, unit)
}

func (r reporter) Note(sentence string) { r.printer.Note(sentence) }

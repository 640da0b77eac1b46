package trainer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data/augment"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// Timing is how fast updates were with one choice of precision and layout.
type Timing struct {
	Amp             torch.Precision `json:"amp"`
	ChannelsLast    bool            `json:"channels_last"`
	OneDNN          bool            `json:"onednn"`
	ImagesPerSecond float64         `json:"images_per_second"` // in the fastest update
}

// The bounds of a calibration.
const (
	// Another choice than [Settle]'s has to be this much faster in the middle one of
	// the rounds, so that noise does not decide how a run computes; and still more
	// where there was time for two rounds only.
	calibrationMargin, calibrationFewMargin = 1.07, 1.3
	calibrationFew                          = 2

	// No round begins after so long, or after a twentieth of what the training
	// is expected to take if that is less.
	calibrationLimit = 3 * time.Second
	calibrationLeast = 500 * time.Millisecond
	calibrationShare = 20

	calibrationRounds = 5

	// A choice so many times slower than the fastest is not tried again.
	calibrationHopeless = 1.3

	// Pictures are no larger, so that one update stays short: what is faster does
	// not change above.
	calibrationSizeCPU, calibrationSizeCUDA = 256, 1024

	// Maps are 4 x 4 times larger behind a ResNet's small stem: a pixel there is
	// worth so many.
	smallStemPixels = 16

	// libtorch's own convolutions on a CPU are tried up to this many pixels an
	// update. Measured with ResNet-18: twice as fast as oneDNN's with 2 pictures of
	// 32 px, no faster in ordinary memory with 12, ten times slower with 24.
	tinyPixels = 12 * 32 * 32
)

// Calibrate settles amp=auto and channels_last=auto by measuring: a few real
// updates of the configured net on noise, with every choice in turn, over some
// seconds. n is what [Settle] came to; a choice that is clearly faster replaces
// its precision, layout and convolutions. It returns what was measured, the
// choice of n first, or nothing where there is nothing to choose.
//
// The outcome may differ from process to process, so a run records it and goes on
// with what it recorded; [Numerics.As] does that. Within a process, the same is
// measured once.
func Calibrate(ctx context.Context, c *configs.Config, n Numerics) (Numerics, []Timing, error) {
	var timings []Timing
	err := torch.Do(func() error {
		defer func() { n.Apply() }()
		k := &calibration{ctx: ctx, config: c}
		size, count := k.bounds(n)
		what := fmt.Sprint(n, c.Amp, c.ChannelsLast, c.Network(), k.phase().Train, k.phase().BatchNorm, size, count)
		if known, ok := calibrated[what]; ok {
			n, timings = known.numerics, known.timings
			return nil
		}
		defer k.free()
		if err := k.measure(n, size, count); err != nil || len(k.lanes) == 0 {
			return err
		}
		n, timings = k.best(), k.timings()
		calibrated[what] = choice{n, timings}
		return nil
	})
	return n, timings, explained(err, c, n)
}

// calibrated is what was measured before, so that trainings of one process that
// belong together compute alike. Only the tensor thread touches it.
var calibrated = map[string]choice{}

type choice struct {
	numerics Numerics
	timings  []Timing
}

// calibration measures inside torch.Do.
type calibration struct {
	ctx    context.Context
	config *configs.Config
	nets   [2]*nets.Net // in ordinary memory, channels-last
	labels []int64
	lanes  []*lane
}

// lane is one choice.
type lane struct {
	numerics Numerics
	updater  *Updater
	images   torch.Tensor // [N,3,S,S]
	labels   torch.Tensor // [N]
	pictures int          // N
	took     []float64    // seconds an update, a round each
}

// measure measures the choices in turn, round by round, so that what disturbs
// the machine disturbs them all.
func (k *calibration) measure(n Numerics, size, count int) error {
	choices := k.choices(n, k.worth(size)*count)
	if len(choices) < 2 {
		return nil
	}
	for i := range count {
		k.labels = append(k.labels, int64(i%augment.Classes(k.config.Augment.Variant)))
	}
	pix := noise(3 * size * size * count)
	began := time.Now()
	for _, choice := range choices {
		if err := context.Cause(k.ctx); err != nil {
			return err
		}
		// A choice that needs more memory than there is does not hinder the others.
		err := torch.Do(func() error { return k.enter(choice, pix, size) })
		var full *torch.Error
		if others := len(k.lanes) - 1; others > 0 && errors.As(err, &full) && full.OutOfMemory() {
			k.lanes[others].free()
			k.lanes = k.lanes[:others]
		} else if err != nil {
			return err
		}
	}
	limit := calibrationLimit
	for round := range calibrationRounds {
		for _, l := range k.lanes {
			if err := context.Cause(k.ctx); err != nil {
				return err
			}
			if round == 0 || l.best() < calibrationHopeless*k.fastest() && time.Since(began) < limit {
				l.took = append(l.took, l.update())
			}
		}
		expected := k.fastest() / float64(count) * float64(k.config.Train.Steps*k.pictures())
		limit = min(calibrationLimit, max(calibrationLeast, time.Duration(expected/calibrationShare*float64(time.Second))))
	}
	return nil
}

// pictures is how many an update has.
func (k *calibration) pictures() int {
	return k.config.Train.Batch * augment.Views(k.config.Augment.Variant)
}

// phase is the one to measure: the longest that trains the whole net, or the
// longest if none does.
func (k *calibration) phase() configs.Phase {
	phases := k.config.PhaseList()
	whole := slices.DeleteFunc(slices.Clone(phases), func(p configs.Phase) bool { return p.Train != "all" })
	if len(whole) > 0 {
		phases = whole
	}
	return slices.MaxFunc(phases, func(a, b configs.Phase) int { return a.Steps - b.Steps })
}

// bounds are the size and number of pictures to measure on: on a CPU a picture
// of 256 px a thread, or as many pixels; on CUDA an update of the paper's, since
// less would leave it idle whatever the precision.
func (k *calibration) bounds(n Numerics) (size, count int) {
	size, pixels := min(k.config.Data.Input(), calibrationSizeCPU), n.Threads*256*256
	if n.Device.IsCUDA() {
		size, pixels = min(k.config.Data.Input(), calibrationSizeCUDA), 96*256*256
	}
	// Batch normalisation needs two pictures in the head.
	return size, min(max(pixels/k.worth(size), 2), k.pictures())
}

// worth is how many pixels behind the ImageNet stem a picture is worth.
func (k *calibration) worth(size int) int {
	if k.config.Network().Stem == configs.StemSmall {
		return smallStemPixels * size * size
	}
	return size * size
}

// choices are those that the configuration leaves open, n first.
func (k *calibration) choices(n Numerics, pixels int) []Numerics {
	c := k.config
	amps, layouts, oneDNN := []torch.Precision{n.Amp}, []bool{n.ChannelsLast}, []bool{n.OneDNN}
	if c.Amp != "auto" && c.ChannelsLast != "auto" {
		return nil
	}
	if c.Amp == "auto" {
		amps = []torch.Precision{torch.FP32}
		switch {
		case n.Device.FastBFloat16():
			amps = append(amps, torch.BF16)
		case n.Device.IsCUDA():
			amps = append(amps, torch.FP16)
		}
	}
	if c.ChannelsLast == "auto" {
		layouts = []bool{true, false}
	}
	if !n.Device.IsCUDA() && pixels <= tinyPixels {
		oneDNN = []bool{true, false}
	}
	choices := []Numerics{n}
	for _, amp := range amps {
		for _, layout := range layouts {
			for _, dnn := range oneDNN {
				choice := n
				choice.Amp, choice.ChannelsLast, choice.OneDNN = amp, layout, dnn
				// In half precision only oneDNN is of use on a CPU.
				if choice != n && (dnn || amp == torch.FP32) {
					choices = append(choices, choice)
				}
			}
		}
	}
	return choices
}

// enter readies a choice by a first update, which is not timed: libraries pick
// their kernels in it.
func (k *calibration) enter(n Numerics, pix []uint8, size int) error {
	n.Apply()
	l := &lane{numerics: n, pictures: len(k.labels)}
	k.lanes = append(k.lanes, l)
	c, at := k.config, 0
	if n.ChannelsLast {
		at = 1
	}
	if k.nets[at] == nil {
		net, err := nets.New(c.Network(), augment.Classes(c.Augment.Variant), c.Seed, n.Device, n.ChannelsLast)
		if err != nil {
			return err
		}
		k.nets[at] = net
	}
	alone := *c
	alone.Train.Phases = []configs.Phase{k.phase()}
	l.updater = NewUpdater(k.nets[at], &alone, n, 1)
	torch.Scope(func() {
		l.images = torch.Images(pix, size, c.Data.Mean, c.Data.Std, n.Device, n.ChannelsLast).Keep()
		l.labels = torch.Send(k.labels, n.Device, len(k.labels)).Keep()
	})
	n.Device.Synchronize() // they were made on another stream
	l.update()
	return nil
}

// update is an update that changes no weight, since its learning rate is 0, and
// the seconds that it takes. To read its loss is to wait for it.
func (l *lane) update() float64 {
	l.numerics.Apply()
	u := l.updater
	began := time.Now()
	u.tally.Count()
	u.stream.Run(func() {
		torch.Scope(func() { u.train(l.images, l.labels, u.sendNoise(l.pictures, 0), func() { u.sgd.Step(0) }) })
	})
	u.Losses()
	return time.Since(began).Seconds()
}

func (l *lane) free() {
	if l.updater != nil {
		l.updater.Free()
	}
	l.images.Free()
	l.labels.Free()
}

func (k *calibration) fastest() float64 {
	fastest := math.Inf(1)
	for _, l := range k.lanes {
		fastest = min(fastest, l.best())
	}
	return fastest
}

// best is the fastest update, or infinite before there is one.
func (l *lane) best() float64 { return slices.Min(append(l.took, math.Inf(1))) }

// gain is how many times faster l is than the settled choice: the median over
// the rounds that both took part in, each of which compares neighbours in time.
func (l *lane) gain(settled *lane) float64 {
	var ratios []float64
	for i := range min(len(l.took), len(settled.took)) {
		ratios = append(ratios, settled.took[i]/l.took[i])
	}
	slices.Sort(ratios)
	return ratios[(len(ratios)-1)/2] // the lower one of two
}

// best is the choice that gains most, or the settled one if none gains enough.
func (k *calibration) best() Numerics {
	best, most := k.lanes[0], 1.0
	for _, l := range k.lanes[1:] {
		margin := calibrationMargin
		if len(l.took) <= calibrationFew || len(k.lanes[0].took) <= calibrationFew {
			margin = calibrationFewMargin
		}
		if gain := l.gain(k.lanes[0]); gain >= margin && gain > most {
			best, most = l, gain
		}
	}
	return best.numerics
}

func (k *calibration) timings() []Timing {
	out := make([]Timing, len(k.lanes))
	for i, l := range k.lanes {
		out[i] = Timing{l.numerics.Amp, l.numerics.ChannelsLast, l.numerics.OneDNN, float64(len(k.labels)) / l.best()}
	}
	return out
}

func (k *calibration) free() {
	for _, l := range k.lanes {
		l.free()
	}
	for _, net := range k.nets {
		if net != nil {
			net.Free()
		}
	}
}

// noise is n bytes of pictures: what they show does not matter to the time.
func noise(n int) []uint8 {
	out := make([]uint8, n)
	r := rand.New(rand.NewPCG(0, 0))
	for i := range out {
		out[i] = uint8(r.Uint32())
	}
	return out
}

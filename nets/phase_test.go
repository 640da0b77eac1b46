package nets

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// What a phase trains moves in an update, and nothing else does: bytes of
// frozen batch normalisation, statistics too, stay.
func TestBeginSaysWhatMoves(t *testing.T) {
	for _, name := range []string{"resnet18", "efficientnet_b0"} {
		for _, p := range []configs.Phase{
			{Train: "all", BatchNorm: "train"}, {Train: "all", BatchNorm: "frozen"},
			{Train: "head", BatchNorm: "train"}, {Train: "head", BatchNorm: "frozen"},
		} {
			t.Run(fmt.Sprint(name, p.Train, p.BatchNorm), func(t *testing.T) {
				do(t, func() {
					n, err := New(configs.Net{Name: name, Head: []int{4}, HeadFinal: "bn_relu"}, 3, 0, torch.CPU, true)
					if err != nil {
						t.Fatal(err)
					}
					defer n.Free()
					n.Begin(p)
					opt := torch.NewSGD(n.Weights(), 0.9, 0.01, false)
					defer opt.Free()
					before := n.State()
					pix := pictures(4, 32)
					kept := make([]uint8, 4*n.NoiseWidth())
					n.DrawNoise(kept, 0)
					var noise torch.Tensor
					if n.NoiseWidth() > 0 {
						noise = torch.From(kept, 4, n.NoiseWidth())
					}
					logits := n.Train(torch.Images(pix, 32, imageNetMean, imageNetStd, torch.CPU, true), noise)
					torch.CrossEntropy(logits, torch.From([]int64{0, 1, 2, 0}, 4)).Backward()
					opt.Step(0.1)
					n.Count()
					for i, after := range n.State() {
						name := after.Name
						isNorm := slices.ContainsFunc(n.store.norms, func(norm named) bool { return strings.HasPrefix(name, norm.name+".") })
						statistics := isNorm && !strings.HasSuffix(name, ".weight") && !strings.HasSuffix(name, ".bias")
						moves := true
						if inBackbone(name) {
							switch {
							case statistics:
								moves = p.BatchNorm == "train"
							case isNorm:
								moves = p.Train == "all" && p.BatchNorm == "train"
							default:
								moves = p.Train == "all"
							}
						}
						if same := bytes.Equal(after.Data, before[i].Data); same == moves {
							t.Errorf("%s: should move %v, unchanged %v", name, moves, same)
						}
					}
				})
			})
		}
	}
}

// The choices of dropout and stochastic depth are a function of (seed, update),
// in the configured shares, and an update does what they say.
func TestNoise(t *testing.T) {
	do(t, func() {
		n, err := New(configs.Net{Name: "efficientnet_b0", Dropout: "0.25", StochasticDepth: "0.8"}, 2, 7, torch.CPU, false)
		if err != nil {
			t.Fatal(err)
		}
		defer n.Free()
		blocks := n.backbone.drops()
		if want := len(blocks) + 1280; n.NoiseWidth() != want || len(blocks) != 9 {
			t.Fatalf("%d choices a picture of %d blocks", n.NoiseWidth(), len(blocks))
		}
		draw := func(update int) []uint8 {
			dst := make([]uint8, 400*n.NoiseWidth())
			n.DrawNoise(dst, update)
			return dst
		}
		a := draw(3)
		if !bytes.Equal(a, draw(3)) || bytes.Equal(a, draw(4)) {
			t.Error("choices are no function of the update")
		}
		share := func(column int) float64 {
			kept := 0
			for row := range 400 {
				kept += int(a[row*n.NoiseWidth()+column])
			}
			return float64(kept) / 400
		}
		if s := share(len(blocks) + 5); s < 0.68 || s > 0.82 {
			t.Errorf("a feature is kept in %g of all pictures, of 0.75", s)
		}
		if last := blocks[8]; math.Abs(last.rate-0.7) > 1e-9 || share(8) < 0.2 || share(8) > 0.4 {
			t.Errorf("the last block is left out at %g and kept in %g", last.rate, share(8))
		}
		n.Begin(configs.Phase{Train: "head"})
		if n.NoiseWidth() != 1280 {
			t.Errorf("%d choices where only the head is trained", n.NoiseWidth())
		}
	})
}

// Without any block kept, a stage's later blocks hand their input on; with all
// kept, they add themselves over the chance of it.
func TestStochasticDepth(t *testing.T) {
	do(t, func() {
		x := torch.From([]float32{1, 2, 3, 4}, 2, 1, 1, 2)
		y := torch.From([]float32{10, 20, 30, 40}, 2, 1, 1, 2)
		p := pass{kept: torch.From([]uint8{9, 1, 9, 0}, 2, 2)}
		got := torch.Read[float32](p.join(x, y, depthDrop{0.5, 1}))
		if !slices.Equal(got, []float32{12, 24, 30, 40}) {
			t.Errorf("shortcut %v", got)
		}
		if got := torch.Read[float32](pass{}.join(x, y, depthDrop{0.5, 1})); !slices.Equal(got, []float32{11, 22, 33, 44}) {
			t.Errorf("shortcut in inference %v", got)
		}
	})
}

// Features come in the order asked for, equal the averages of a level's maps,
// and need no more of the net than they say.
func TestFeatures(t *testing.T) {
	do(t, func() {
		n, err := New(configs.Net{Name: "efficientnet_b0"}, 2, 0, torch.CPU, true)
		if err != nil {
			t.Fatal(err)
		}
		defer n.Free()
		images := torch.Images(pictures(2, 64), 64, imageNetMean, imageNetStd, torch.CPU, true)
		torch.NoGrad(func() {
			f := n.Features(images, []string{Pool, "level7", "level3"})
			if !slices.Equal(torch.Read[float32](f[0]), torch.Read[float32](n.Embed(images))) {
				t.Error("the pooled features are not the embedding")
			}
			for i, level := range []string{"level7", "level3"} {
				var want []float32
				last := ""
				n.backbone.forward(images, pass{visit: func(l string, maps torch.Tensor) bool {
					last = l
					if l == level {
						want = torch.Read[float32](torch.GlobalAvgPool(maps))
					}
					return l == level
				}})
				if got := torch.Read[float32](f[i+1]); !slices.Equal(got, want) || last != level {
					t.Errorf("%s differs from its maps, or the pass went on to %s", level, last)
				}
				if maps := n.Maps(images, []string{level})[0]; !slices.Equal(torch.Read[float32](torch.GlobalAvgPool(maps)), want) {
					t.Errorf("the maps of %s are others", level)
				}
				if got := f[i+1].Shape(); got[1] != Dimension(configs.Net{Name: "efficientnet_b0"}, level) {
					t.Errorf("%s has %v, not %d features", level, got, Dimension(configs.Net{Name: "efficientnet_b0"}, level))
				}
			}
		})
		if levels := Levels("efficientnet_b4"); len(levels) != 9 || Dimension(configs.Net{Name: "efficientnet_b4"}, "level7") != 272 {
			t.Errorf("levels of B4: %v", levels)
		}
	})
}

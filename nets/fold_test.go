package nets

import (
	"math"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// Of every family, with statistics that are not those of a new net: the folded
// backbone's embeddings are the net's within 1e-5 of their length, in either layout,
// and stay when the net changes. Nothing is left over.
func TestFold(t *testing.T) {
	for _, c := range []configs.Net{
		{Name: "resnet18"}, {Name: "resnet18", Stem: configs.StemSmall}, {Name: "resnet50"},
		{Name: "efficientnet_b0"}, {Name: "efficientnet_lite0"},
	} {
		for _, channelsLast := range []bool{false, true} {
			do(t, func() {
				n, err := New(c, 2, 1, torch.CPU, channelsLast)
				if err != nil {
					t.Fatal(err)
				}
				defer n.Free()
				order := make([]string, len(n.store.entries))
				for i, e := range n.store.entries {
					order[i] = e.name
				}
				fillLikeFixture(n, order)
				images := torch.Images(pictures(3, 37), 37, imageNetMean, imageNetStd, torch.CPU, channelsLast)
				torch.NoGrad(func() {
					want := torch.Read[float64](n.Embed(images))
					before := torch.Live()
					f := n.Fold()
					torch.Overwrite(n.store.entries[0].tensor, make([]float32, numbers(n.store.entries[0].shape)))
					var off []float64
					torch.Scope(func() {
						// Another size before: it settles the order of weights.
						f.Embed(torch.Images(pictures(2, 64), 64, imageNetMean, imageNetStd, torch.CPU, channelsLast))
						for i, v := range torch.Read[float64](f.Embed(images)) {
							off = append(off, v-want[i])
						}
					})
					f.Free()
					if share := norm2(off) / norm2(want); !(share <= 1e-5) || math.IsNaN(share) {
						t.Errorf("%s %s, channels last %v: off by %g", c.Name, c.Stem, channelsLast, share)
					}
					if now := torch.Live(); now != before {
						t.Errorf("%d tensors are left over", now-before)
					}
				})
			})
		}
	}
}

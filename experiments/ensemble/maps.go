package ensemble

import (
	"fmt"

	"github.com/cutpaste/cutpaste/experiments/metric"
)

// Maps are one model's anomaly maps of the test pictures, [M][pixels].
type Maps struct {
	Of    [][]float32
	Scale Scale // by pixels of its maps of normal training pictures
}

// Combine is the mean of the members' standardised maps.
func Combine(members []Maps) ([][]float32, error) {
	out := make([][]float32, len(members[0].Of))
	for i := range out {
		sum := make([]float32, len(members[0].Of[i]))
		for _, m := range members {
			if len(m.Of) != len(out) || len(m.Of[i]) != len(sum) {
				return nil, fmt.Errorf("maps of different pictures or sizes cannot be combined")
			}
			if err := m.Scale.check(); err != nil {
				return nil, err
			}
			mean, by := float32(m.Scale.Mean), float32(1/(m.Scale.Deviation*float64(len(members))))
			for k, v := range m.Of[i] {
				sum[k] += (v - mean) * by
			}
		}
		out[i] = sum
	}
	return out, nil
}

// Measure puts pixel metrics into what was found of the same members by BySize: means
// over all subsets of each size.
func Measure(found []Found, members []Maps, measure func(maps [][]float32) (metric.PixelMetrics, error)) error {
	for i := range found {
		f := &found[i]
		f.PixelAUROC, f.PixelAP, f.AUPRO = 0, 0, 0
		sets := Subsets(len(members), f.Size)
		for _, set := range sets {
			maps, err := Combine(pick(members, set))
			if err != nil {
				return err
			}
			m, err := measure(maps)
			if err != nil {
				return err
			}
			n := float64(len(sets))
			f.PixelAUROC += m.AUROC / n
			f.PixelAP += m.AP / n
			f.AUPRO += m.AUPRO / n
		}
	}
	return nil
}

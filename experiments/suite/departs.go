package suite

import (
	"fmt"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
)

// notProtocol are keys that scores depend on, but not what is measured: which pictures
// and which seed, and how numbers are computed.
var notProtocol = []string{
	"seed", "data.root", "data.category", "amp", "channels_last", "tf32", "train.deterministic", "embed.amp", "embed.levels",
	"density.quantile", "density.folds",
}

// departs says where a method's configuration is not that of its published figures, such
// as "train.steps=256 (published: 65536)"; empty where it is that, or has none.
func (w *Work) departs(m Method) (string, error) {
	if len(m.Published) == 0 {
		return "", nil
	}
	reference, err := w.Suite.reference(m)
	if err != nil {
		return "", err
	}
	is := *w.configs[m.Name]
	is.CopyKeys(reference, notProtocol...)
	var parts []string
	for _, d := range is.Differences(reference, configs.Training, configs.Scoring) {
		parts = append(parts, fmt.Sprintf("%s=%s (published: %s)", d.Key, d.Here, d.There))
	}
	return strings.Join(parts, ", "), nil
}

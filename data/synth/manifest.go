package synth

// drawing is the version of the drawings. Raise it when the pixels of any picture change, so that a set drawn
// by another version is not taken for the same one.
const drawing = 1

// manifestName is the file, beside the category folders, that says what they hold.
const manifestName = "synth.json"

// manifest is manifestName's content but for the digest of the files.
type manifest struct {
	Drawing       int      `json:"drawing"`
	Seed          uint64   `json:"seed"`
	Size          int      `json:"size"`
	Train         int      `json:"train"`
	TestGood      int      `json:"test_good"`
	TestPerDefect int      `json:"test_per_defect"`
	Categories    []string `json:"categories"`
	MaskLevel     int      `json:"mask_level"` // a pixel is in the mask if the defect changes it by more grey levels than this
}

func (o *Options) manifest() manifest {
	return manifest{
		Drawing: drawing, Seed: o.Seed, Size: o.Size, Train: o.Train, TestGood: o.TestGood,
		TestPerDefect: o.TestPerDefect, Categories: o.Categories, MaskLevel: visible,
	}
}

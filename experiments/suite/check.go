package suite

import (
	"regexp"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/experiments/results"
)

// Metrics are what a suite's tables can show. Defects is the AUROC of each kind of
// defect alone, over all categories, as in the paper's Table 6.
var Metrics = []string{results.ImageAUROC, results.PixelAUROC, results.AUPRO, Defects}

// Defects makes rows of a table of kinds of defect in the place of categories.
const Defects = "defects"

// What a file that belongs to no method is called.
var folderName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.+-]*$`)

// check refuses what no experiment can be made of.
func (s *Suite) check() error {
	if s.Base == "" {
		return wrong(s.File, "base is missing: the configuration file that methods change, such as ../paper.yaml")
	}
	if len(s.Categories) == 0 {
		return wrong(s.File, "categories is missing: write a list of names, %s (its 15) or %s (those in data.root)", MVTec, All)
	}
	if len(s.Seeds) == 0 {
		return wrong(s.File, "seeds is missing: write a list such as [0, 1, 2, 3, 4]")
	}
	if !slices.Contains(Metrics, s.Metric) {
		return wrong(s.File, "metric must be one of %s, not %q", strings.Join(Metrics, ", "), s.Metric)
	}
	if s.Combine != Standardised && s.Combine != Plain {
		return wrong(s.File, "combine must be %s or %s, not %q", Standardised, Plain, s.Combine)
	}
	if twice, ok := repeated(s.Categories); ok {
		return wrong(s.File, "categories has %s twice", twice)
	}
	if twice, ok := repeated(s.Devices); ok {
		return wrong(s.File, "devices has %s twice; jobs_per_device is how many jobs one runs at a time", twice)
	}
	if twice, ok := repeated(s.Seeds); ok {
		return wrong(s.File, "seeds has %d twice; a run belongs to one seed", twice)
	}
	if err := s.checkSet("set", s.Set, suitesOwn); err != nil {
		return err
	}
	var names []string
	for _, m := range s.Methods {
		if err := s.checkSet("method "+m.Name, m.Set, slices.Concat(suitesOwn, oneForAll)); err != nil {
			return err
		}
		if !folderName.MatchString(m.Name) {
			return wrong(s.File, "method %q: a method's name is that of a folder, of letters, digits and _ . + -; write what tables say as its title", m.Name)
		}
		if twice, ok := repeated(m.Seeds); ok {
			return wrong(s.File, "method %s: seeds has %d twice; a run belongs to one seed", m.Name, twice)
		}
		if n := len(s.SeedsOf(m)); m.Ensemble < 0 || m.Ensemble > n {
			return wrong(s.File, "method %s: an ensemble of %d models needs as many seeds, and there are %d", m.Name, m.Ensemble, n)
		}
		for features := range m.Published {
			if features != "" && features != EnsembleName && !slices.Contains(m.Features, features) {
				return wrong(s.File, "method %s: published has %s, which is none of its features; write %s for its runs' own, %s, or one of features", m.Name, features, ownFeatures, EnsembleName)
			}
		}
		names = append(names, m.Name)
	}
	if twice, ok := repeated(names); ok {
		return wrong(s.File, "the method %s is there twice", twice)
	}
	return nil
}

// Keys that no set of changes can have: the suite's own, and, of a method's, those that
// its runs are found by.
var (
	suitesOwn = []string{"name", "label", "seed", "data.category"}
	oneForAll = []string{"out", "data.root"}
)

func (s *Suite) checkSet(what string, set, not []string) error {
	for _, a := range set {
		if key := keyOf(a); slices.Contains(not, key) {
			return wrong(s.File, "%s: %s cannot be set here; the suite gives each of its jobs its own, or all the same", what, key)
		}
	}
	return nil
}

// SeedsOf are a method's seeds.
func (s *Suite) SeedsOf(m Method) []uint64 {
	if len(m.Seeds) > 0 {
		return m.Seeds
	}
	return s.Seeds
}

// repeated finds a value that is there twice.
func repeated[T comparable](list []T) (v T, found bool) {
	for i, v := range list {
		if slices.Contains(list[:i], v) {
			return v, true
		}
	}
	return v, false
}

// suiteKeys are what a command line can change beside keys of the configuration.
var suiteKeys = []string{"categories", "devices", "methods", "seeds"}

package board

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/experiments/results"
	"github.com/cutpaste/cutpaste/experiments/suite"
)

// notes says what a reader of the table must know beside it.
func (m *maker) notes(rows []results.Row) {
	for _, name := range slices.Sorted(maps.Keys(m.Suite.Absent)) {
		m.Notes = append(m.Notes, fmt.Sprintf("%s has no values: %s", name, m.Suite.Absent[name]))
	}
	for _, c := range m.Columns {
		if c.LeftOut != "" {
			m.Notes = append(m.Notes, fmt.Sprintf("%s has no values: %s", c.Title, c.LeftOut))
		}
	}
	if slices.ContainsFunc(m.Columns, func(c Column) bool { return c.Kind == Ensemble }) {
		m.Notes = append(m.Notes, "an ensemble is "+m.Combined())
	}
	var code, devices []string
	looks := 0
	for _, r := range rows {
		looks = max(looks, r.Looks)
		code = with(code, r.Code)
		if r.Hardware == "" {
			devices = with(devices, r.Device)
		} else {
			devices = with(devices, fmt.Sprintf("%s (%s)", r.Device, r.Hardware))
		}
	}
	if len(code) > 0 {
		m.Notes = append(m.Notes, fmt.Sprintf("measured by code %s on %s; test labels were looked at %d times in training", strings.Join(code, ", "), strings.Join(devices, ", "), looks))
	}
	for i := range m.Lines {
		for k, cell := range m.Cells[i] {
			if f := cell.Published; f != nil && f.Unconfirmed {
				m.Notes = append(m.Notes, fmt.Sprintf("the published figure of %s on %s is unconfirmed: %s", m.Columns[k].Title, m.Lines[i].Name, f.Note))
			}
		}
	}
}

func with(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// Measure is what the table shows, in words.
func (b *Board) Measure() string {
	return map[string]string{
		results.ImageAUROC: "AUROC of pictures", results.PixelAUROC: "AUROC of pixels", results.AUPRO: "AUPRO of pixels",
		suite.Defects: "AUROC of pictures with each kind of defect beside the normal ones, mean over categories",
	}[b.Suite.Metric]
}

// explanation says how to read the table.
const explanation = "Percent; mean ± standard error over seeds, of an average the mean of both as in the paper. Bold is the best method of a line where its distance to the next is more than the spread of the two (95 %)."

// verdicts says how the published figures were held beside.
const verdicts = "Within, above and below: the difference against the 95 % interval of both standard errors over seeds; of a single seed or an ensemble, against its interval over the test pictures (bootstrap, 1,000 resamples)."

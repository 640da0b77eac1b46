package published

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"sync"
)

// Verdict is whether a figure may be held against the paper's.
type Verdict string

// The verdicts. A figure is not comparable where it starts from other weights than
// the paper, where its checkpoint was chosen by the test score, or where it is a
// score of another kind; it is not known where the source does not say.
const (
	Comparable    Verdict = "comparable"
	NotComparable Verdict = "not comparable"
	NotKnown      Verdict = "comparable or not is not known"
)

// Conditions are those under which somebody reached the figures of a table.
type Conditions struct {
	Comparable  Verdict
	Weights     string // that training started from: scratch or ImageNet; "" where not stated
	Checkpoint  string // that was measured: last, best test AUROC, lowest training loss; none: nothing was trained; "" where not stated
	Differences string // from the paper's protocol, other than these
	Source      string
}

// String is a sentence for a table, such as "not comparable: starts from ImageNet
// weights; checkpoint chosen by best test AUROC; 500 updates".
func (c Conditions) String() string {
	var parts []string
	switch c.Weights {
	case "":
		parts = append(parts, "starting weights not stated")
	case "scratch":
		parts = append(parts, "starts from random weights")
	default:
		parts = append(parts, "starts from "+c.Weights+" weights")
	}
	switch c.Checkpoint {
	case "":
		parts = append(parts, "checkpoint not stated")
	case "last":
		parts = append(parts, "last checkpoint")
	case "none":
		parts = append(parts, "nothing trained")
	default:
		parts = append(parts, "checkpoint chosen by "+c.Checkpoint)
	}
	if c.Differences != "" {
		parts = append(parts, c.Differences)
	}
	return string(c.Comparable) + ": " + strings.Join(parts, "; ")
}

// Conditions are those of the method's figures, which are the same in all of its
// table; false for the papers' own and for figures read from elsewhere.
func (m *Method) Conditions() (Conditions, bool) {
	if m.Collection != "reimplementations" {
		return Conditions{}, false
	}
	c, ok := conditions()[normal(m.Table)]
	return c, ok
}

var conditions = sync.OnceValue(func() map[string]Conditions {
	all, err := readConditions()
	if err != nil {
		panic("published: " + err.Error()) // tests read it
	}
	return all
})

// readConditions reads conditions.csv, which has a row for each table.
func readConditions() (map[string]Conditions, error) {
	text, err := files.ReadFile("conditions.csv")
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return nil, err
	}
	verdicts := map[string]Verdict{"yes": Comparable, "no": NotComparable, "not known": NotKnown}
	all := map[string]Conditions{}
	for _, row := range rows[1:] {
		verdict, ok := verdicts[row[1]]
		if _, twice := all[normal(row[0])]; !ok || twice || row[5] == "" {
			return nil, fmt.Errorf("conditions.csv has a row that is not right: %q", row)
		}
		all[normal(row[0])] = Conditions{Comparable: verdict, Weights: row[2], Checkpoint: row[3], Differences: row[4], Source: row[5]}
	}
	return all, nil
}

package published

import (
	"math"
	"strings"
	"testing"
)

const head = "table,method,category,metric,value,stderr,unit,source,note\n"

func TestARowWithoutAValueIsNeverZero(t *testing.T) {
	c, err := Read("mine", strings.NewReader(head+
		"Table 1,Ours,bottle,image_auroc,,,percent,a thesis,the scan is not readable there\n"+
		"Table 1,Ours,cable,image_auroc,0.0,0,percent,a thesis,\n"))
	if err != nil {
		t.Fatal(err)
	}
	table, err := c.Table("Table 1")
	if err != nil {
		t.Fatal(err)
	}
	m, err := table.Method("Ours")
	if err != nil {
		t.Fatal(err)
	}
	f, ok := m.Lookup("bottle", "image_auroc")
	if !ok || f.HasValue || !math.IsNaN(f.Value) || !math.IsNaN(f.Stderr) || f.String() != "-" || f.Note != "the scan is not readable there" {
		t.Errorf("%+v is %s", f, f)
	}
	if f, ok = m.Lookup("cable", "image_auroc"); !ok || !f.HasValue || f.Value != 0 || f.Stderr != 0 || f.String() != "0.0 ± 0" {
		t.Errorf("%+v is %s", f, f)
	}
}

func TestReadNamesTheLine(t *testing.T) {
	const good = "Table 1,Ours,bottle,image_auroc,99.1,0.2,percent,a thesis,\n"
	for says, rows := range map[string]string{
		"line 3 of published figures mine: image_auroc of ours for Bottle stands there twice in table 1": good + "table 1,ours,Bottle,image_auroc,99.1,,percent,a thesis,\n",
		"line 2 of published figures mine: it has no source":                                             "Table 1,Ours,bottle,image_auroc,99.1,,percent,,\n",
		"it has no method":                     "Table 1,,bottle,image_auroc,99.1,,percent,a thesis,\n",
		"neither a value nor a note":           "Table 1,Ours,bottle,image_auroc,,,percent,a thesis,\n",
		`the standard error "0.2" of no value`: "Table 1,Ours,bottle,image_auroc,,0.2,percent,a thesis,lost\n",
		`its unit is "%"`:                      "Table 1,Ours,bottle,image_auroc,99.1,,%,a thesis,\n",
		`its value is "NaN"`:                   "Table 1,Ours,bottle,image_auroc,NaN,,percent,a thesis,\n",
		`its value is "100.1", more than`:      "Table 1,Ours,bottle,image_auroc,100.1,,percent,a thesis,\n",
		`its standard error is "-1"`:           "Table 1,Ours,bottle,image_auroc,99.1,-1,percent,a thesis,\n",
		"line 3: wrong number of fields":       good + "Table 1,Ours,cable,image_au", // cut off
	} {
		if _, err := Read("mine", strings.NewReader(head+rows)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %s", err, says)
		}
	}
	if _, err := Read("mine", strings.NewReader("")); err == nil || !strings.Contains(err.Error(), "it is empty") {
		t.Errorf("empty: %v", err)
	}
	if _, err := Read("mine", strings.NewReader("a,b\n")); err == nil || !strings.Contains(err.Error(), `have the columns ["a" "b"]`) {
		t.Errorf("other columns: %v", err)
	}
}

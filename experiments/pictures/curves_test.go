package pictures

import (
	"encoding/xml"
	"io"
	"math"
	"strings"
	"testing"
)

// losses are those of two seeds, and of one more curve that is a point.
func losses(t *testing.T) *Plot {
	t.Helper()
	p, err := Curves("bottle", "updates", "loss", []Curve{
		{"loss", []float64{1, 2, 3}, []float64{1.5, 1, math.NaN()}},
		{"loss", []float64{1, 2, 4}, []float64{1.25, math.Inf(1), 0.5}},
		{"accuracy", []float64{4}, []float64{0.9}},
		{"nothing", nil, nil},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCurves(t *testing.T) {
	p := losses(t)
	if p.X.Min != 0 || p.X.Max != 4 || p.Y.Min != 0 || p.Y.Max != 1.5*1.25 {
		t.Errorf("axes from %v to %v and from %v to %v", p.X.Min, p.X.Max, p.Y.Min, p.Y.Max)
	}
	content, err := p.encode(".svg")
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]int{"loss": 2, "accuracy": 1, "updates": 1, "nothing": 0} { // the axis says loss too
		if n := strings.Count(string(content), ">"+word+"<"); n != want {
			t.Errorf("%q is there %d times, want %d", word, n, want)
		}
	}
	for _, c := range []Curve{{}, {Name: "loss", X: []float64{1}, Y: []float64{math.NaN()}}} {
		if _, err := Curves("", "", "", []Curve{c}); err == nil || !strings.Contains(err.Error(), "cannot be drawn") {
			t.Errorf("%v: %v", c, err)
		}
	}
}

// A curve that is 0 all along has an axis nevertheless.
func TestCurvesOfZeros(t *testing.T) {
	p, err := Curves("", "updates", "loss", []Curve{{"loss", []float64{1, 2}, []float64{0, 0}}})
	if err != nil {
		t.Fatal(err)
	}
	if p.Y.Max != 1 {
		t.Errorf("the axis ends at %v", p.Y.Max)
	}
}

func TestInline(t *testing.T) {
	all := plots(t)
	all["losses"] = losses(t)
	for name, p := range all {
		p.Title.Text = `a <b> & "c" x="1.234"`
		svg, err := p.Inline(`<"odd"> & of 1.2345`)
		if err != nil {
			t.Fatal(err)
		}
		file, err := p.encode(".svg")
		if err != nil {
			t.Fatal(err)
		}
		if len(svg) > len(file)*3/4 {
			t.Errorf("%s has %d bytes, %d as a file", name, len(svg), len(file))
		}
		words := ""
		for d := xml.NewDecoder(strings.NewReader(svg)); ; {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v in %s", name, err, svg)
			}
			switch token := token.(type) {
			case xml.CharData:
				words += string(token) + "|"
			case xml.StartElement:
				for _, a := range token.Attr {
					if a.Name.Local == "id" {
						t.Errorf("%s has an id, %s", name, a.Value)
					}
				}
			}
		}
		for _, want := range []string{`<"odd"> & of 1.2345|`, `a <b> & "c" x="1.234"|`, p.X.Label.Text + "|"} {
			if !strings.Contains(words, want) {
				t.Errorf("%s does not say %s: %s", name, want, words)
			}
		}
	}
}

package pictures

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"regexp"
	"strconv"
)

// What a drawing writes again and again, or more exactly than an eye can see.
var (
	fontOfText = []byte("font-family:" + fonts + ";font-variant:normal;font-weight:normal;font-style:normal;")
	coordinate = regexp.MustCompile(` (?:d|x|y)="[^"]*"`)
	fraction   = regexp.MustCompile(`-?\d+\.\d+`)
)

// Inline is the plot as an svg element of an HTML page, as wide as its style sheet says:
// it has the class plot, and no id, so that a page may hold many. alt says in words
// what is drawn, for those who do not see it. Its coordinates have one decimal.
func (p *Plot) Inline(alt string) (string, error) {
	b, err := p.encode(".svg")
	if err != nil {
		return "", fmt.Errorf("the plot cannot be made: %w", err)
	}
	_, b, _ = bytes.Cut(b, []byte("<svg")) // what the file begins with is not for a page
	_, b, _ = bytes.Cut(b, []byte(">"))
	b = bytes.ReplaceAll(b, fontOfText, nil)
	b = coordinate.ReplaceAllFunc(b, func(attribute []byte) []byte {
		return fraction.ReplaceAllFunc(attribute, func(n []byte) []byte {
			v, _ := strconv.ParseFloat(string(n), 64)
			return strconv.AppendFloat(nil, math.Round(v*10)/10, 'f', -1, 64)
		})
	})
	alt = html.EscapeString(alt)
	return fmt.Sprintf(`<svg class="plot" viewBox="0 0 %g %g" role="img" aria-label="%s" style="font-family:%s"><title>%s</title>%s`,
		plotWidth.Points(), plotHeight.Points(), alt, fonts, alt, b), nil
}

package configs

import (
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// limit is what a key's values must keep to. text completes "must be ..." and
// stands in the listing of keys.
type limit interface {
	text() string
	holds(v any) bool
}

// number is an interval of numbers; an infinite end is no limit.
type number struct {
	min, max         float64
	openMin, openMax bool // the end itself is excluded
}

func atLeast(min float64) number      { return number{min: min, max: math.Inf(1)} }
func between(min, max float64) number { return number{min: min, max: max} }
func inside(min, max float64) number  { return number{min: min, max: max, openMin: true, openMax: true} }
func plain(x float64) string          { return strconv.FormatFloat(x, 'f', -1, 64) }
func (n number) inRange(x float64) bool {
	return (x > n.min || x == n.min && !n.openMin) && (x < n.max || x == n.max && !n.openMax)
}

func (n number) text() string {
	switch {
	case math.IsInf(n.max, 1):
		return plain(n.min) + " or more"
	case !n.openMin && !n.openMax:
		return plain(n.min) + " to " + plain(n.max)
	}
	low, high := plain(n.min)+" or more", "at most "+plain(n.max)
	if n.openMin {
		low = "more than " + plain(n.min)
	}
	if n.openMax {
		high = "less than " + plain(n.max)
	}
	return low + " and " + high
}

func (n number) holds(v any) bool {
	switch x := v.(type) {
	case int:
		return n.inRange(float64(x))
	case uint64:
		return n.inRange(float64(x))
	case float64:
		return n.inRange(x) // false for NaN
	}
	return false
}

// orZero is an interval, and 0 beside it, which turns something off.
type orZero struct{ number }

func (l orZero) text() string     { return "0, or " + l.number.text() }
func (l orZero) holds(v any) bool { return v == 0 || l.number.holds(v) }

// list limits the length of a list and each of its numbers.
type list struct {
	min, max int
	each     number
}

// learningRate is what optim.lr and the phases' lr must keep to.
var learningRate = number{min: 0, max: 1000, openMin: true}

func exactly(n int, each number) list { return list{n, n, each} }
func upTo(n int, each number) list    { return list{0, n, each} }

func (l list) text() string {
	if l.min == l.max {
		return fmt.Sprintf("%d numbers, each %s", l.min, l.each.text())
	}
	return fmt.Sprintf("at most %d numbers, each %s", l.max, l.each.text())
}

func (l list) holds(v any) bool {
	n := 0
	switch x := v.(type) {
	case []int:
		n = len(x)
		for _, e := range x {
			if !l.each.inRange(float64(e)) {
				return false
			}
		}
	case []float64:
		n = len(x)
		for _, e := range x {
			if !l.each.inRange(e) {
				return false
			}
		}
	}
	return l.min <= n && n <= l.max
}

// oneOf is a choice between words.
type choice []string

func oneOf(words ...string) choice { return words }

func (c choice) text() string {
	if len(c) == 1 {
		return c[0]
	}
	return "one of " + strings.Join(c, ", ")
}

func (c choice) holds(v any) bool { return slices.Contains(c, v.(string)) }

// some is a list of one or more words of a choice, each once.
type some []string

func someOf(words ...string) some { return words }

func (s some) text() string { return "one or more of " + strings.Join(s, ", ") + ", each once" }

func (s some) holds(v any) bool {
	list := v.([]string)
	for i, word := range list {
		if !slices.Contains(s, word) || slices.Contains(list[:i], word) {
			return false
		}
	}
	return len(list) > 0
}

// shape is a rule on text that is no plain choice. one, where it is not nil, is
// the one way of writing what several texts mean: 0.2 for 2e-1.
type shape struct {
	says string
	ok   func(s string) bool
	one  func(s string) string
}

func (s shape) text() string     { return s.says }
func (s shape) holds(v any) bool { return s.ok(v.(string)) }

var cudaDevice = regexp.MustCompile(`^cuda(:[0-9]{1,3})?$`)

var (
	// line is any text on one line. Paths end up in YAML and CSV files, where
	// control characters and broken UTF-8 would not come back as they were.
	line = shape{says: "text on one line", ok: oneLine}

	filled = shape{says: "non-empty text on one line", ok: func(s string) bool { return s != "" && oneLine(s) }}

	// folderName keeps a name to one folder: it becomes a part of the run's path.
	folderName = shape{says: "one folder's name, without / or \\", ok: func(s string) bool {
		return oneLine(s) && !strings.ContainsAny(s, `/\`) && s != "." && s != ".." && strings.TrimSpace(s) == s
	}}

	device = shape{says: "auto, cpu, cuda or cuda:N", ok: func(s string) bool {
		return s == "auto" || s == "cpu" || cudaDevice.MatchString(s)
	}}

	chance = shape{"auto or a number from 0 to less than 1", func(s string) bool {
		v, err := strconv.ParseFloat(s, 64)
		return s == "auto" || err == nil && v >= 0 && v < 1
	}, oneNumber}

	deviation = shape{"auto or a number more than 0 and at most 1000000", func(s string) bool {
		v, err := strconv.ParseFloat(s, 64)
		return s == "auto" || err == nil && v > 0 && v <= 1e6
	}, oneNumber}

	// What a file holds is told by its content, not by its name.
	startingWeights = shape{says: "empty, imagenet or the path of a file, on one line", ok: oneLine}

	// With an @ it may hold a password, which the error of a limit would repeat:
	// checkLog refuses it in other words.
	trackingServer = shape{says: "empty, or the http:// or https:// address of a server, without a query", ok: func(s string) bool {
		return s == "" || oneLine(s) && (strings.Contains(s, "@") || serverAddress(s))
	}}
)

// serverAddress says whether requests can be made below an address.
func serverAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.RawQuery == "" && !u.ForceQuery && u.Fragment == ""
}

// oneNumber is the shortest text of a number, since the text goes into the hash;
// other text stays.
func oneNumber(s string) string {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s
	}
	return yamlNumber(v + 0) // -0 becomes 0
}

func oneLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

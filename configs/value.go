package configs

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/cutpaste/cutpaste/configs/say"
	"go.yaml.in/yaml/v3"
)

// kind is what a key's value must be, as it stands in "must be ...".
func (f *field) kind() string {
	switch f.def.(type) {
	case string:
		return "text"
	case int, uint64:
		return "a whole number"
	case bool:
		return "true or false"
	case float64:
		return "a number"
	case []int:
		return "a list of whole numbers such as [512, 128]"
	case []string:
		return "a list of words such as [pool, level7]"
	case []Phase:
		return "a list of groups such as [{steps: 2560, lr: 0.03, train: head, batchnorm: frozen}]"
	default:
		return "a list of numbers such as [0.5, 0.5, 0.5]"
	}
}

// typeName is the short name of the type in the listing of keys.
func (f *field) typeName() string {
	switch f.def.(type) {
	case string:
		return "text"
	case int, uint64:
		return "integer"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case []int:
		return "list of integers"
	case []string:
		return "list of words"
	case []Phase:
		return "list of groups"
	default:
		return "list of numbers"
	}
}

// must is the whole complaint about a value that is shown as got.
func (f *field) must(be, got string) error {
	return fmt.Errorf("%s must be %s, not %s", f.name, be, got)
}

// fromText reads a value written in an environment variable or in key=value.
// Text stands there without quotes; a list is 512,128 or [512,128].
func (f *field) fromText(s string) (any, error) {
	if f.isGroups() {
		return f.phasesFromText(s)
	}
	items := []string{s}
	if f.isList() {
		body, open := strings.CutPrefix(strings.TrimSpace(s), "[")
		body, closed := strings.CutSuffix(body, "]")
		if open != closed || strings.ContainsAny(body, "[]") || !open && body == "" {
			return nil, f.must(f.kind()+", or [] for none", say.Quote(s))
		}
		if items = strings.Split(body, ","); strings.TrimSpace(body) == "" {
			items = nil
		}
	}
	return f.fromItems(items)
}

// fromNode reads a value written in YAML, where a number in quotes is text and a
// list is a sequence.
func (f *field) fromNode(n *yaml.Node) (any, error) {
	n = aliased(n)
	switch {
	case n.Kind == yaml.MappingNode:
		return nil, f.must(f.kind(), "a group of keys")
	case n.ShortTag() == "!!null":
		if _, text := f.def.(string); text {
			return nil, fmt.Errorf(`%s has no value; write "" for empty text, or leave the key out`, f.name)
		}
		return nil, fmt.Errorf("%s has no value; write one or leave the key out", f.name)
	case n.Kind == yaml.SequenceNode && f.isGroups():
		return f.phasesFromNode(n)
	case n.Kind == yaml.SequenceNode && !f.isList():
		return nil, f.must(f.kind(), "a list")
	case n.Kind == yaml.ScalarNode && (f.isList() || f.isGroups()):
		return nil, f.must(f.kind(), say.Quote(n.Value))
	case n.Kind == yaml.ScalarNode:
		if _, text := f.def.(string); !text && quoted(n) {
			return nil, f.must(f.kind(), "the quoted text "+say.Quote(n.Value))
		}
		return f.fromItems([]string{n.Value})
	}
	var items []string
	_, words := f.def.([]string)
	for _, e := range n.Content {
		if e.Kind != yaml.ScalarNode || quoted(e) && !words {
			return nil, f.must(f.kind(), "a list with something else in it")
		}
		items = append(items, e.Value)
	}
	return f.fromItems(items)
}

func quoted(n *yaml.Node) bool {
	return n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
}

// aliased is the node that an alias stands for, or n itself.
func aliased(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func (f *field) isList() bool {
	switch f.def.(type) {
	case []int, []float64, []string:
		return true
	}
	return false
}

func (f *field) isGroups() bool {
	_, is := f.def.([]Phase)
	return is
}

// fromItems turns the written form of a scalar (one item) or of a list into a
// value of the key's type and holds it against the key's limit.
func (f *field) fromItems(items []string) (any, error) {
	var v any
	switch f.def.(type) {
	case string:
		v = items[0]
	case bool:
		switch items[0] {
		case "true":
			v = true
		case "false":
			v = false
		default:
			return nil, f.must(f.kind(), say.Quote(items[0]))
		}
	case int:
		n, err := f.integer(items[0])
		if err != nil {
			return nil, err
		}
		v = n
	case uint64:
		n, err := strconv.ParseUint(digits(items[0]), 10, 64)
		if err != nil {
			return nil, f.must("a whole number from 0 to 18446744073709551615", say.Quote(items[0]))
		}
		v = n
	case float64:
		x, err := f.float(items[0])
		if err != nil {
			return nil, err
		}
		v = x
	case []int:
		l := []int{}
		for _, s := range items {
			n, err := f.integer(s)
			if err != nil {
				return nil, err
			}
			l = append(l, n)
		}
		v = l
	case []float64:
		l := []float64{}
		for _, s := range items {
			x, err := f.float(s)
			if err != nil {
				return nil, err
			}
			l = append(l, x)
		}
		v = l
	case []string:
		l := []string{}
		for _, s := range items {
			l = append(l, strings.TrimSpace(s))
		}
		v = l
	}
	if err := f.holds(v); err != nil {
		return v, err
	}
	if s, ok := f.limit.(shape); ok && s.one != nil {
		v = s.one(v.(string))
	}
	return v, nil
}

// holds complains when v is outside of the key's limit.
func (f *field) holds(v any) error {
	if f.limit == nil || f.limit.holds(v) {
		return nil
	}
	shown := f.format(v)
	if s, text := v.(string); text {
		shown = say.Quote(s)
	}
	err := f.must(f.limit.text(), shown)
	if near := meant(f.limit, v); len(near) > 0 {
		err = fmt.Errorf("%w; did you mean %s?", err, orList(near))
	}
	return err
}

// Whole numbers are decimal; 65_536 is 65536 as in Go and YAML 1.1, and 010 is
// ten, not YAML 1.1's octal eight.
var wholeNumber = regexp.MustCompile(`^[+-]?[0-9]+(_[0-9]+)*$`)

func digits(s string) string {
	if s = strings.TrimSpace(s); !wholeNumber.MatchString(s) {
		return ""
	}
	return strings.ReplaceAll(strings.TrimPrefix(s, "+"), "_", "")
}

func (f *field) integer(s string) (int, error) {
	n, err := strconv.Atoi(digits(s))
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, f.must(f.limit.text(), strings.TrimSpace(s))
	case err != nil:
		return 0, f.must(f.kind(), say.Quote(s))
	}
	return n, nil
}

func (f *field) float(s string) (float64, error) {
	x, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	switch strings.ToLower(strings.TrimLeft(strings.TrimSpace(s), "+-")) {
	case ".nan", ".inf":
		x, err = math.NaN(), nil
	}
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return 0, f.must("a finite number", say.Quote(s))
	case err != nil:
		return 0, f.must(f.kind(), say.Quote(s))
	}
	return x + 0, nil // -0 becomes 0, which it equals, so that both hash alike
}

// format writes a value as YAML has it on one line: the form that fromNode reads
// back to the same value.
func (f *field) format(v any) string {
	switch x := v.(type) {
	case string:
		return yamlText(x)
	case int:
		return strconv.Itoa(x)
	case uint64:
		return strconv.FormatUint(x, 10)
	case bool:
		return strconv.FormatBool(x)
	case float64:
		return yamlNumber(x)
	case []int:
		parts := make([]string, len(x))
		for i, e := range x {
			parts[i] = strconv.Itoa(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case []float64:
		parts := make([]string, len(x))
		for i, e := range x {
			parts[i] = yamlNumber(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case []string:
		parts := make([]string, len(x))
		for i, e := range x {
			parts[i] = yamlText(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case []Phase:
		return formatPhases(x)
	}
	panic(fmt.Sprintf("configs: key %s has the unknown type %T", f.name, v))
}

// yamlNumber writes the shortest decimal that reads back as x, without an
// exponent where that stays readable: 0.00003 rather than 3.0e-05. The .0 is for
// readers of YAML 1.1, to whom 3e-05 is text.
func yamlNumber(x float64) string {
	if a := math.Abs(x); a != 0 && (a < 1e-6 || a >= 1e15) {
		s := strconv.FormatFloat(x, 'e', -1, 64)
		if !strings.Contains(s, ".") {
			s = strings.Replace(s, "e", ".0e", 1)
		}
		return s
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

var plainText = regexp.MustCompile(`^[A-Za-z0-9_./][A-Za-z0-9_./-]*$`)

// yamlText leaves a word bare where every YAML reader takes it for text, and
// puts quotes around the rest, such as "off" and "001".
func yamlText(s string) string {
	n := yaml.Node{Kind: yaml.ScalarNode, Value: s}
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off": // booleans of YAML 1.1, still read by many
	default:
		if plainText.MatchString(s) && n.ShortTag() == "!!str" {
			return s
		}
	}
	return strconv.Quote(s) // Go's escapes are YAML's for valid UTF-8
}

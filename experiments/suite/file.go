package suite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
	"go.yaml.in/yaml/v3"
)

// Suite is an experiment as its file describes it.
type Suite struct {
	File       string   `json:"file"`
	Name       string   `json:"name"`       // of its folder
	Title      string   `json:"title"`      // for people
	Base       string   `json:"base"`       // the configuration that methods change
	Set        []string `json:"set"`        // key=value changes of it, for all methods
	Reference  string   `json:"reference"`  // the configuration that published figures were measured with; Base unless given
	Categories []string `json:"categories"` // MVTec or All alone, or names
	Seeds      []uint64 `json:"seeds"`
	Devices    []string `json:"devices,omitempty"` // that jobs are dealt to, such as cuda:0; none is the configured one
	Metric     string   `json:"metric"`            // what its tables show
	Published  Source   `json:"published"`
	Combine    string   `json:"combine"` // how scores of an ensemble are combined: Standardised or Plain
	Methods    []Method `json:"methods"`
	Beside     []Source `json:"beside"` // published methods that have no run here
}

// Source names figures in package published. A method alone takes the rest from its
// suite.
type Source struct {
	In     string `json:"in,omitempty" yaml:"in"`       // the collection: cutpaste, padim or reimplementations
	Table  string `json:"table,omitempty" yaml:"table"` // such as Table 1
	Method string `json:"method,omitempty" yaml:"method"`
}

// Method is a named set of changes.
type Method struct {
	Name      string            `json:"name"`  // of its folder
	Title     string            `json:"title"` // in tables
	Set       []string          `json:"set"`
	Seeds     []uint64          `json:"seeds,omitempty"`     // its own, where it has not the suite's
	Features  []string          `json:"features,omitempty"`  // that have a column; the run's first alone where there are none
	Published map[string]Source `json:"published,omitempty"` // by features; "" is the first, EnsembleName an ensemble's
	Ensemble  int               `json:"ensemble,omitempty"`  // how many seeds are combined, 0 for none
	Control   bool              `json:"control,omitempty"`
	Optional  bool              `json:"optional,omitempty"` // left out with a note where its weights are not here
}

// Categories that are no names.
const (
	MVTec = "mvtec" // the 15 of MVTec AD
	All   = "all"   // those in data.root
)

// Ways to combine the scores of an ensemble.
const (
	Standardised = "standardised" // each model's by the mean and deviation of its own held-out normal training scores
	Plain        = "plain"        // the mean as it is
)

// EnsembleName is the name under which a method names its ensemble's published figures.
const EnsembleName = "ensemble"

// ownFeatures is that name of the run's own features.
const ownFeatures = "run"

// written is a suite's file.
type written struct {
	Name       string    `yaml:"name"`
	Title      string    `yaml:"title"`
	Base       string    `yaml:"base"`
	Set        yaml.Node `yaml:"set"`
	Reference  string    `yaml:"reference"`
	Categories yaml.Node `yaml:"categories"`
	Seeds      []uint64  `yaml:"seeds"`
	Devices    []string  `yaml:"devices"`
	Metric     string    `yaml:"metric"`
	Published  Source    `yaml:"published"`
	Combine    string    `yaml:"combine"`
	Methods    yaml.Node `yaml:"methods"`
	Controls   yaml.Node `yaml:"controls"`
	Beside     []Source  `yaml:"beside"`
}

// writtenMethod is one of its methods.
type writtenMethod struct {
	Title     string    `yaml:"title"`
	Set       yaml.Node `yaml:"set"`
	Seeds     []uint64  `yaml:"seeds"`
	Features  []string  `yaml:"features"`
	Published yaml.Node `yaml:"published"`
	Ensemble  int       `yaml:"ensemble"`
}

// Read reads the suite in a file. Errors are *configs.Error.
func Read(file string) (*Suite, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, wrong(file, "the suite cannot be read: %v", errors.Unwrap(err))
	}
	var root yaml.Node
	var w written
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, wrong(file, "this is not a suite: %s", plain(err))
	}
	if len(root.Content) > 0 { // an empty file has none
		if err := decode(root.Content[0], &w, "a suite"); err != nil {
			return nil, wrong(file, "this is not a suite: %v", err)
		}
	}
	s := &Suite{
		File: file, Name: w.Name, Title: w.Title, Seeds: w.Seeds, Devices: w.Devices, Metric: w.Metric, Published: w.Published, Combine: w.Combine, Beside: w.Beside,
		Base: beside(file, w.Base), Reference: beside(file, w.Reference),
	}
	if s.Reference == "" {
		s.Reference = s.Base
	}
	if s.Name == "" {
		s.Name = strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	}
	if s.Metric == "" {
		s.Metric = "image_auroc"
	}
	if s.Combine == "" {
		s.Combine = Standardised
	}
	if s.Set, err = assignments(&w.Set); err != nil {
		return nil, wrong(file, "set: %v", err)
	}
	switch w.Categories.Kind {
	case yaml.ScalarNode:
		s.Categories = []string{w.Categories.Value}
	case yaml.SequenceNode, yaml.MappingNode:
		if err := w.Categories.Decode(&s.Categories); err != nil {
			return nil, wrong(file, "line %d: categories is a list of names, %s or %s", w.Categories.Line, MVTec, All)
		}
	}
	if err := s.readMethods(&w.Methods, false); err != nil {
		return nil, err
	}
	without := len(s.Methods) == 0
	if w.Controls.Kind == 0 {
		s.Methods = append(s.Methods, usualControls()...)
	} else if err := s.readMethods(&w.Controls, true); err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	if without {
		return nil, wrong(file, "methods is missing: a suite needs at least one")
	}
	return s, nil
}

// usualControls are those of a suite that names none: the base's network before its
// first update, with random weights and with ImageNet's.
func usualControls() []Method {
	return []Method{
		{Name: "random", Title: "random weights", Set: []string{"train.steps=0", "net.weights="}, Control: true},
		{Name: "imagenet", Title: "ImageNet weights", Set: []string{"train.steps=0", "net.weights=" + configs.ImageNet}, Seeds: []uint64{0}, Control: true, Optional: true},
	}
}

func (s *Suite) readMethods(n *yaml.Node, control bool) error {
	if n.Kind == 0 || n.ShortTag() == "!!null" {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return wrong(s.File, "line %d: methods are groups of keys under their names", n.Line)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i].Value, n.Content[i+1]
		var w writtenMethod
		err := decode(value, &w, "a method")
		if err != nil {
			return wrong(s.File, "method %s: %v", name, err)
		}
		m := Method{Name: name, Title: w.Title, Seeds: w.Seeds, Features: w.Features, Ensemble: w.Ensemble, Control: control, Optional: control}
		if m.Title == "" {
			m.Title = name
		}
		if m.Set, err = assignments(&w.Set); err != nil {
			return wrong(s.File, "method %s: %v", name, err)
		}
		if m.Published, err = sources(&w.Published); err != nil {
			return wrong(s.File, "method %s: %v", name, err)
		}
		s.Methods = append(s.Methods, m)
	}
	return nil
}

// sources are a method's published figures by features: a published method's name, of
// the run's own features, or a group of them. A source in a group is a name too, or says
// which table it is in.
func sources(n *yaml.Node) (map[string]Source, error) {
	switch n.Kind {
	case 0:
		return nil, nil
	case yaml.ScalarNode:
		return map[string]Source{"": {Method: n.Value}}, nil
	case yaml.SequenceNode:
		return nil, fmt.Errorf("line %d: published is a method's name, or names by features", n.Line)
	}
	list := map[string]Source{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		features, value := n.Content[i].Value, n.Content[i+1]
		if features == ownFeatures {
			features = ""
		}
		var s Source
		if value.Kind == yaml.ScalarNode {
			s.Method = value.Value
		} else if err := decode(value, &s, "a source"); err != nil {
			return nil, fmt.Errorf("published: %w", err)
		}
		list[features] = s
	}
	return list, nil
}

// decode reads a group of keys into a struct, and refuses keys that it has not. what is
// what the group describes, with its article.
func decode(n *yaml.Node, into any, what string) error {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: %s is a group of keys", n.Line, what)
	}
	var known []string
	for _, f := range reflect.VisibleFields(reflect.TypeOf(into).Elem()) {
		known = append(known, f.Tag.Get("yaml"))
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i]; !slices.Contains(known, key.Value) {
			meant := ""
			if near := configs.Similar(key.Value, known); near != "" {
				meant = " (did you mean " + near + "?)"
			}
			return fmt.Errorf("line %d: %s has no key %q%s; it has %s", key.Line, what, key.Value, meant, strings.Join(known, ", "))
		}
	}
	if err := n.Decode(into); err != nil {
		return errors.New(plain(err))
	}
	return nil
}

// plain is the YAML reader's error on one line.
func plain(err error) string {
	s := strings.TrimPrefix(strings.Join(strings.Fields(err.Error()), " "), "yaml: ")
	return strings.TrimPrefix(s, "unmarshal errors: ")
}

// assignments are the keys below a group, as key=value, sorted.
func assignments(n *yaml.Node) ([]string, error) {
	if n.Kind == 0 || n.ShortTag() == "!!null" {
		return nil, nil
	}
	if n.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: changes are lines like train.steps: 256", n.Line)
	}
	var list []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i].Value, n.Content[i+1]
		switch value.Kind {
		case yaml.MappingNode:
			below, err := assignments(value)
			if err != nil {
				return nil, err
			}
			for _, a := range below {
				list = append(list, key+"."+a)
			}
		case yaml.ScalarNode:
			list = append(list, key+"="+value.Value)
		default:
			value.Style = yaml.FlowStyle
			for _, c := range value.Content {
				c.Style |= yaml.FlowStyle
			}
			text, err := yaml.Marshal(value)
			if err != nil {
				return nil, err
			}
			list = append(list, key+"="+strings.Join(strings.Fields(string(text)), " "))
		}
	}
	slices.Sort(list)
	for i := 1; i < len(list); i++ {
		if key := keyOf(list[i]); key == keyOf(list[i-1]) {
			return nil, fmt.Errorf("line %d: %s is there twice", n.Line, key)
		}
	}
	return list, nil
}

func keyOf(assignment string) string {
	key, _, _ := strings.Cut(assignment, "=")
	return key
}

// beside is the path of a file that is named from the folder of another.
func beside(file, name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(file), name)
}

func wrong(source, format string, args ...any) error {
	return &configs.Error{Source: source, Msg: fmt.Sprintf(format, args...)}
}

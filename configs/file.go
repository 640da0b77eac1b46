package configs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// values is one layer: typed values by key.
type values map[string]any

func readFile(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err == nil {
		return text, nil
	}
	e := &Error{Source: file, Msg: "the configuration file cannot be read", cause: err}
	var pe *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Msg = "there is no such configuration file"
		if there, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "*.yaml")); len(there) > 0 && len(there) <= 20 {
			e.Msg += "; there are " + strings.Join(there, ", ")
		}
	case errors.As(err, &pe):
		e.Msg += ": " + pe.Err.Error()
	}
	return nil, e
}

// parseYAML reads a file's text into one layer. The text is read as a tree of
// nodes rather than straight into a map, because only nodes know their line and
// show a key that is written twice.
func parseYAML(text []byte, name string) (values, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	switch err := decoder.Decode(&doc); {
	case errors.Is(err, io.EOF): // nothing but comments
		return values{}, nil
	case err != nil:
		return nil, syntaxError(err, name)
	}
	var second yaml.Node
	switch err := decoder.Decode(&second); {
	case err == nil:
		return nil, &Error{Source: at(name, second.Line), Msg: "a configuration is one YAML document, and this is a second one"}
	case !errors.Is(err, io.EOF):
		return nil, syntaxError(err, name)
	}
	root := doc.Content[0]
	layer := values{}
	switch {
	case root.Kind == yaml.MappingNode:
		return layer, flatten(root, "", name, layer, map[string]int{})
	case root.ShortTag() == "!!null":
		return layer, nil
	}
	return nil, &Error{Source: at(name, root.Line), Msg: "a configuration is made of lines like seed: 0, and this is none"}
}

// flatten writes the keys below one mapping into layer. It only steps into
// sections that the schema has, so its depth is bounded even where aliases make
// a loop. lines has the line of every key and section seen so far.
func flatten(m *yaml.Node, prefix, file string, layer values, lines map[string]int) error {
	for i := 0; i+1 < len(m.Content); i += 2 {
		key, value := m.Content[i], m.Content[i+1]
		name := prefix + key.Value
		here := at(file, key.Line)
		if key.Kind != yaml.ScalarNode {
			return &Error{Source: here, Msg: "a key must be plain text"}
		}
		if before, twice := lines[name]; twice {
			return &Error{Key: name, Source: here, Msg: fmt.Sprintf("%s stands here a second time, after line %d; keep one of them", name, before)}
		}
		lines[name] = key.Line

		f, section := lookup(name)
		if f != nil {
			v, err := f.fromNode(value)
			if err != nil {
				return &Error{Key: name, Source: here, Msg: err.Error()}
			}
			layer[name] = v
			continue
		}
		if section == nil {
			return &Error{Key: name, Source: here, Msg: unknown(name, value.Kind == yaml.MappingNode)}
		}
		value = aliased(value)
		switch {
		case value.Kind == yaml.MappingNode:
			if err := flatten(value, name+".", file, layer, lines); err != nil {
				return err
			}
		case value.ShortTag() != "!!null": // a section whose keys are all commented out is fine
			return &Error{Key: name, Source: here, Msg: sectionMessage(name, section)}
		}
	}
	return nil
}

func sectionMessage(name string, keys []string) string {
	return name + " is a group of keys and takes no value of its own; its keys are " + strings.Join(keys, ", ")
}

func at(file string, line int) string { return fmt.Sprintf("%s line %d", file, line) }

var yamlMessage = regexp.MustCompile(`^yaml: (?:line ([0-9]+): )?(.*)$`)

// syntaxError gives the reader's complaint with its line counted from 1. The
// reader leaves out line 1, and counts from 0 when it misses a token.
func syntaxError(err error, file string) error {
	e := &Error{Source: file, Msg: "this is not YAML: " + err.Error(), cause: err}
	m := yamlMessage.FindStringSubmatch(err.Error())
	if m == nil {
		return e
	}
	e.Msg = "this is not YAML: " + m[2]
	line, numErr := strconv.Atoi(m[1])
	if strings.HasPrefix(m[2], "did not find expected") {
		line++
	}
	switch {
	case numErr == nil, strings.Contains(m[2], "expected"):
		e.Source = at(file, max(line, 1))
	case strings.HasPrefix(m[2], "mapping values"), strings.HasPrefix(m[2], "found "):
		e.Source = at(file, 1)
	}
	return e
}

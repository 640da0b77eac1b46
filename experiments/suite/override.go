package suite

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
)

// Override lays arguments key=value of a command line over the suite: name, categories,
// methods (a choice among the suite's; its controls stay), seeds, devices, or a key of the
// configuration. What methods differ in cannot be overridden. Errors are
// *configs.Error.
func (s *Suite) Override(args []string) error {
	seen := map[string]string{}
	for _, arg := range args {
		key, value, ok := strings.Cut(arg, "=")
		source := "argument " + strconv.Quote(arg)
		if ok && seen[key] != "" {
			return wrong(source, "%s is there twice; keep one of them", key)
		}
		seen[key] = arg
		list := strings.FieldsFunc(strings.Trim(value, "[]"), func(r rune) bool { return r == ',' || r == ' ' })
		if ok && slices.Contains(suiteKeys, key) && len(list) == 0 {
			return wrong(source, "%s has no value; write %s=A,B", key, key)
		}
		if ok && key == "name" && value == "" {
			return wrong(source, "name has no value; write the name of the suite's folder under out")
		}
		switch {
		case ok && key == "name":
			s.Name = value
		case ok && key == "categories":
			s.Categories = list
		case ok && key == "devices":
			s.Devices = list
		case ok && key == "seeds":
			if err := s.overrideSeeds(source, list); err != nil {
				return err
			}
		case ok && key == "methods":
			if err := s.choose(source, list); err != nil {
				return err
			}
		case key == "seed" || key == "data.category":
			own := map[string]string{"seed": "seeds", "data.category": "categories"}[key]
			return wrong(source, "a suite has %[1]s of its own; write %[1]s=A,B", own)
		case key == "label":
			return wrong(source, "label is the name of a suite's method; it cannot be set")
		default:
			for _, m := range s.Methods {
				if slices.ContainsFunc(m.Set, func(a string) bool { return keyOf(a) == key }) && !m.Control {
					return wrong(source, "%s is what the suite's methods differ in (%s sets it); change it in a copy of %s", key, m.Name, s.File)
				}
			}
			s.Set = slices.DeleteFunc(s.Set, func(a string) bool { return keyOf(a) == key })
			s.Set = append(s.Set, arg)
		}
	}
	return s.check()
}

// overrideSeeds sets the seeds. Methods with seeds of their own keep no more of them
// than there are now, and so do ensembles.
func (s *Suite) overrideSeeds(source string, list []string) error {
	s.Seeds = nil
	for _, text := range list {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return wrong(source, "seeds must be whole numbers such as 0,1,2, not %q", text)
		}
		s.Seeds = append(s.Seeds, seed)
	}
	if twice, ok := repeated(s.Seeds); ok {
		return wrong(source, "seeds has %d twice; a run belongs to one seed", twice)
	}
	for i := range s.Methods {
		m := &s.Methods[i]
		if len(m.Seeds) > 0 {
			m.Seeds = s.Seeds[:min(len(m.Seeds), len(s.Seeds))]
		}
		m.Ensemble = min(m.Ensemble, len(s.SeedsOf(*m)))
		if m.Ensemble == 1 {
			m.Ensemble = 0 // one model is none
		}
	}
	return nil
}

// choose keeps these methods and the controls.
func (s *Suite) choose(source string, list []string) error {
	var names []string
	for _, m := range s.Methods {
		names = append(names, m.Name)
	}
	for _, name := range list {
		if !slices.Contains(names, name) {
			meant := ""
			if near := configs.Similar(name, names); near != "" {
				meant = " (did you mean " + near + "?)"
			}
			return wrong(source, "the suite has no method %q%s; it has %s", name, meant, strings.Join(names, ", "))
		}
	}
	s.Methods = slices.DeleteFunc(s.Methods, func(m Method) bool { return !m.Control && !slices.Contains(list, m.Name) })
	return nil
}

// config is the configuration of a method, but for its category and seed.
func (s *Suite) config(m Method, environ []string) (*configs.Config, error) {
	c, err := configs.Load(s.Base, s.assignments(m), environ)
	if err != nil {
		return nil, of(err, s, m)
	}
	return c, nil
}

// reference is the configuration that the method's published figures were measured
// with.
func (s *Suite) reference(m Method) (*configs.Config, error) {
	c, err := configs.Load(s.Reference, m.Set, nil)
	if err != nil {
		return nil, of(err, s, m)
	}
	return c, nil
}

// assignments are all that the method's configuration changes of the base: the suite's
// and, over them, its own.
func (s *Suite) assignments(m Method) []string {
	own := func(a string) bool {
		return slices.ContainsFunc(m.Set, func(b string) bool { return keyOf(a) == keyOf(b) })
	}
	list := []string{"name=" + s.Name, "label=" + m.Name}
	list = append(list, slices.DeleteFunc(slices.Clone(s.Set), own)...)
	return append(list, m.Set...)
}

// of names the method in an error of its configuration.
func of(err error, s *Suite, m Method) error {
	var e *configs.Error
	if !errors.As(err, &e) {
		return err
	}
	return &configs.Error{Key: e.Key, Source: s.File, Msg: "method " + m.Name + ": " + err.Error()}
}

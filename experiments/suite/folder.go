package suite

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/cutpaste/cutpaste/trainer/wholefile"
	"golang.org/x/sys/unix"
)

// File is the name of the file that describes the suite in its folder.
const File = "suite.json"

const lockFile = ".lock"

// Described is what a suite's folder says of it: suite.json.
type Described struct {
	*Suite
	Root     string            `json:"root"`     // data.root
	All      []string          `json:"resolved"` // categories, in their order
	Absent   map[string]string `json:"absent,omitempty"`
	LeftOut  map[string]string `json:"left_out,omitempty"`
	Own      map[string]string `json:"own"`               // by method: the features of its runs' own results
	Departs  map[string]string `json:"departs,omitempty"` // by method: where its configuration is not that of its published figures
	Configs  map[string]string `json:"configs"`           // by job, as JobName has it: what its rows' configuration must be
	Commands [][]string        `json:"commands"`          // that were given, without those of the same words
}

// Describe reads what the folder says of its suite. Without one the error wraps
// fs.ErrNotExist.
func Describe(dir string) (*Described, error) {
	path := filepath.Join(dir, File)
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	d := new(Described)
	if err := json.Unmarshal(b, d); err != nil {
		return nil, fmt.Errorf("%s is damaged (%w); give the `cutpaste experiment` command again, which writes it anew", path, err)
	}
	return d, nil
}

// same refuses a folder of a suite that has a method of the same name that is another.
func (w *Work) same() error {
	before, err := Describe(w.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return nil // it is written anew; runs are checked one by one
	}
	for _, m := range w.Suite.Methods {
		i := slices.IndexFunc(before.Methods, func(b Method) bool { return b.Name == m.Name })
		if i >= 0 && !slices.Equal(before.Methods[i].Set, m.Set) {
			return wrong(w.Dir, "the folder is that of another suite, %s, whose method %s is another (%q there, %q here); choose another name= or out=", before.File, m.Name, before.Methods[i].Set, m.Set)
		}
	}
	return nil
}

// claim makes the suite's folder this process's own: two at a time would start the same
// jobs. It writes suite.json. release gives it back.
func (w *Work) claim(command []string) (release func(), err error) {
	if err := os.MkdirAll(w.Dir, 0o777); err != nil {
		return nil, fmt.Errorf("the suite's folder could not be made: %w; choose another out=", err)
	}
	lock, err := os.OpenFile(filepath.Join(w.Dir, lockFile), os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, fmt.Errorf("the suite's folder cannot be written: %w; choose another out=", err)
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		lock.Close()
		return nil, fmt.Errorf("another suite is at work in %s; wait for it, or choose another name= or out=", w.Dir)
	}
	if err := w.describe(command); err != nil {
		lock.Close()
		return nil, err
	}
	return func() { lock.Close() }, nil
}

func (w *Work) describe(command []string) error {
	d := Described{Suite: w.Suite, All: w.Categories, Absent: w.Missing, LeftOut: w.Left, Own: map[string]string{}, Departs: map[string]string{}, Configs: map[string]string{}}
	for _, j := range w.Jobs {
		d.Configs[j.String()] = j.Config.Identity()
	}
	for _, m := range w.Suite.Methods {
		d.Root, d.Own[m.Name] = w.configs[m.Name].Data.Root, own(w.configs[m.Name])
		why, err := w.departs(m)
		if err != nil {
			return err
		}
		if why != "" {
			d.Departs[m.Name] = why
		}
	}
	if before, err := Describe(w.Dir); err == nil {
		d.Commands = before.Commands
	}
	if !slices.ContainsFunc(d.Commands, func(c []string) bool { return slices.Equal(c, command) }) {
		d.Commands = append(d.Commands, command)
	}
	b, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	return wholefile.Write(filepath.Join(w.Dir, File), append(b, '\n'))
}

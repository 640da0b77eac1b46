package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/trainer"
)

// Version is the code's version: the first digits of the commit, with "-dirty"
// where files differ from it, or "unknown" for a program built without git.
func Version() string {
	commit, dirty := "unknown", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				commit = s.Value[:min(len(s.Value), 12)]
			case s.Key == "vcs.modified" && s.Value == "true":
				dirty = "-dirty"
			}
		}
	}
	return commit + dirty
}

// meta is how a run came about: meta.json.
type meta struct {
	Command     []string `json:"command"`
	Version     string   `json:"version"`
	Go          string   `json:"go"`
	Libtorch    string   `json:"libtorch"`
	Gotorch     string   `json:"gotorch"`
	Fingerprint string   `json:"data_fingerprint"` // of all pictures and masks of the category
	Hardware    string   `json:"hardware,omitempty"`

	Start
	trainer.Numerics
	// Calibration is what amp=auto and channels_last=auto were settled by, the
	// choice without a measurement first; nothing where they are set.
	Calibration []trainer.Timing `json:"calibration,omitempty"`

	Started time.Time          `json:"started"`
	Seconds map[string]float64 `json:"seconds"` // by part, over all sittings that were not killed
}

func newMeta(fingerprint string, s Start, n trainer.Numerics) *meta {
	return &meta{
		Command: os.Args, Version: Version(), Go: runtime.Version(), Libtorch: torch.Version(),
		Gotorch: moduleVersion("github.com/wangkuiyi/gotorch"), Fingerprint: fingerprint, Hardware: hardware(n.Device),
		Start: s, Numerics: n, Started: time.Now().UTC(), Seconds: map[string]float64{},
	}
}

func moduleVersion(path string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, m := range info.Deps {
		if m.Path == path {
			return m.Version
		}
	}
	return "unknown"
}

// time adds what a part of the run took.
func (m *meta) time(part string, since time.Time) {
	m.Seconds[part] += time.Since(since).Seconds()
}

func (m *meta) save(dir string) error {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return write(dir, metaFile, append(b, '\n'))
}

// calibrate lets a measurement settle what the configuration leaves open.
func (m *meta) calibrate(ctx context.Context, c *configs.Config, p Progress) (err error) {
	defer m.time("calibrate", time.Now())
	task := p.Task("measuring precisions and layouts", 0, "updates")
	defer task.Done()
	m.Numerics, m.Calibration, err = trainer.Calibrate(ctx, c, m.Numerics)
	return err
}

// goOn takes over what a run was begun with: the command, the time it took, and how it
// was computed, where another measurement could come to something else.
func (m *meta) goOn(before *meta) {
	m.Command, m.Started = before.Command, before.Started
	for part, seconds := range before.Seconds {
		m.Seconds[part] += seconds
	}
	m.Numerics, m.Calibration = m.Numerics.As(before.Numerics), before.Calibration
}

// readMeta is nil where the run was not begun yet.
func readMeta(dir string) (*meta, error) {
	path := filepath.Join(dir, metaFile)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m := new(meta)
	if err := json.Unmarshal(b, m); err != nil {
		return nil, fmt.Errorf("%s is damaged (%w); remove the folder %s to begin the run anew", path, err, dir)
	}
	return m, nil
}

// begun is [readMeta]; it refuses a run folder that was begun with other
// pictures.
func begun(dir, fingerprint string) (*meta, error) {
	m, err := readMeta(dir)
	if m != nil && !strings.EqualFold(m.Fingerprint, fingerprint) {
		return nil, fmt.Errorf("the pictures of this category have changed since the run in %s was begun; choose another out= or name=, or remove the folder", dir)
	}
	return m, err
}

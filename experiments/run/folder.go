package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/trainer/wholefile"
	"golang.org/x/sys/unix"
)

// Names of the files in a run folder.
const (
	configFile     = "config.yaml"
	metaFile       = "meta.json"
	modelFile      = "model.safetensors"
	headFile       = "head.safetensors"
	embeddingsFile = "embeddings.safetensors"
	mapsFile       = "maps.safetensors"
	gaussiansDir   = "gaussians"
	scoresFile     = "scores.csv"
	normalFile     = "normal_scores.csv"
	resultFile     = "result.json"
	lockFile       = ".lock"
)

// Folder is where a configuration's run lies.
func Folder(c *configs.Config) string {
	return filepath.Join(c.Out, c.Name, c.Method(), c.Data.Category, fmt.Sprintf("seed-%d", c.Seed))
}

// claim makes the run's folder its own: it is locked against a second process,
// and belongs to this configuration from now on. A folder of another training
// configuration is an error that names the keys that differ. release unlocks.
func claim(c *configs.Config) (dir string, release func(), err error) {
	dir = Folder(c)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", nil, fmt.Errorf("the run folder could not be made: %w; choose another out=", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return "", nil, fmt.Errorf("the run folder cannot be written: %w; choose another out=", err)
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		lock.Close()
		return "", nil, fmt.Errorf("another process is at work in %s; wait for it or choose another out=", dir)
	}
	release = func() { lock.Close() }
	if err := own(dir, c); err != nil {
		release()
		return "", nil, err
	}
	return dir, release, nil
}

func own(dir string, c *configs.Config) error {
	there, err := readConfig(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return write(dir, configFile, c.YAML())
	case err != nil:
		return err
	}
	if diff := c.Diff(there, configs.Training); len(diff) > 0 {
		return &configs.Error{
			Source: filepath.Join(dir, configFile),
			Msg: fmt.Sprintf("the run folder %s is that of another configuration (here: this command, there: the folder; %s); choose another out= or name=, or remove the folder",
				dir, strings.Join(diff, "; ")),
		}
	}
	return nil
}

func readConfig(dir string) (*configs.Config, error) {
	path := filepath.Join(dir, configFile)
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	c, err := configs.Parse(b, path)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// write replaces a file of the run folder whole.
func write(dir, name string, content []byte) error {
	return wholefile.Write(filepath.Join(dir, name), content)
}

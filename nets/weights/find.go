package weights

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/configs/cachedir"
)

// OpenStart opens the file that a net starts from: the official one where
// net.weights is imagenet, as Find finds it, or the one that is named. From scratch
// there is none to open.
func OpenStart(c configs.Net) (*File, error) {
	if c.Weights == configs.ImageNet {
		return openImageNet(c.Name)
	}
	return Open(c.Weights)
}

// Find returns the path of a net's official ImageNet weights, whose SHA-256 it
// has compared. Nothing is downloaded: where the file is in none of the Places,
// the error says which they are and which command fetches it.
func Find(net string) (path string, err error) {
	f, err := openImageNet(net)
	if err != nil {
		return "", err
	}
	return f.Path, f.Close()
}

func openImageNet(net string) (*File, error) {
	p, ok := pretrained(net)
	if !ok {
		return nil, fmt.Errorf("there are no official ImageNet weights for %s; name a file in net.weights", net)
	}
	path := p.place()
	if path == "" {
		return nil, fmt.Errorf("the ImageNet weights of %s (%s) are not in %s; fetch them: cutpaste weights fetch %s",
			net, p.File, strings.Join(Places(), ", "), net)
	}
	return p.open(path)
}

// Find returns the path of the file in the first of the Places that has it, ""
// if none does. A file of that name with other content is an error.
func (p Pretrained) Find() (string, error) {
	path := p.place()
	if path == "" {
		return "", nil
	}
	return path, p.Check(path)
}

// place is Find without a look into the file.
func (p Pretrained) place() string {
	for _, dir := range Places() {
		path := filepath.Join(dir, p.File)
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			continue
		}
		return path
	}
	return ""
}

// Check compares the SHA-256 of the file at path with the pinned one.
func (p Pretrained) Check(path string) error {
	f, err := p.open(path)
	if err != nil {
		return err
	}
	return f.Close()
}

// open opens the file at path if its SHA-256 is the pinned one.
func (p Pretrained) open(path string) (*File, error) {
	f, err := Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w (it should be the ImageNet weights of %s: remove it, and fetch them with cutpaste weights fetch %s)", err, p.Net, p.Net)
	}
	sum, err := f.SHA256()
	if err == nil && !strings.HasPrefix(sum, p.SHA256) {
		err = fmt.Errorf("%s is not the official file of that name: its SHA-256 is %s and should begin with %s; remove it, and fetch the right one with cutpaste weights fetch %s",
			path, sum, p.SHA256, p.Net)
	}
	if err != nil {
		_ = f.Close() // only read
		return nil, err
	}
	return f, nil
}

// Places are the folders in which official weights are looked for, in this
// order: $CUTPASTE_WEIGHTS, PyTorch's own cache, and Cache.
func Places() []string {
	var dirs []string
	if dir := os.Getenv("CUTPASTE_WEIGHTS"); dir != "" {
		dirs = append(dirs, dir)
	}
	if hub := hubCache(); hub != "" {
		dirs = append(dirs, hub)
	}
	if dir, err := Cache(); err == nil {
		dirs = append(dirs, dir)
	}
	return dirs
}

// Cache is the folder into which weights are fetched. It need not exist.
func Cache() (string, error) { return cachedir.Of("weights") }

// hubCache is where torch.hub and torchvision keep what they download, "" where
// there is no home.
func hubCache() string {
	home := os.Getenv("TORCH_HOME")
	if home == "" {
		user, err := os.UserCacheDir() // $XDG_CACHE_HOME or ~/.cache
		if err != nil {
			return ""
		}
		home = filepath.Join(user, "torch")
	}
	return filepath.Join(home, "hub", "checkpoints")
}

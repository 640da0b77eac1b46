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
	"github.com/cutpaste/cutpaste/nets/safetensors"
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
// or only another one of its name, the error says so and which command fetches it.
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
	f, wrong := p.find()
	if f == nil && len(wrong) > 0 {
		return nil, fmt.Errorf("%w; fetch the right file: cutpaste weights fetch %s", wrong[0], net)
	}
	if f == nil {
		return nil, fmt.Errorf("the ImageNet weights of %s (%s) are not in %s; fetch them: cutpaste weights fetch %s",
			net, p.File, strings.Join(Places(), ", "), net)
	}
	return f, nil
}

// Find returns the path of the file in the first of the Places that has it, ""
// if none does. What it passed over says wrong: files of that name that are others
// or cannot be read.
func (p Pretrained) Find() (path string, wrong []error) {
	f, wrong := p.find()
	if f == nil {
		return "", wrong
	}
	_ = f.Close() // only read
	return f.Path, wrong
}

// find opens what Find finds.
func (p Pretrained) find() (f *File, wrong []error) {
	for _, dir := range Places() {
		f, err := p.open(filepath.Join(dir, p.File))
		switch {
		case err == nil:
			return f, wrong
		case errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		default:
			wrong = append(wrong, err)
		}
	}
	return nil, wrong
}

// Check compares the SHA-256 of the file at path with the pinned one. The error is
// a sentence that says what the file is, and not what to do.
func (p Pretrained) Check(path string) error {
	f, err := p.open(path)
	if err != nil {
		return err
	}
	return f.Close()
}

// open opens the file at path if its SHA-256 is the pinned one. Errors are Check's.
func (p Pretrained) open(path string) (*File, error) {
	info, err := os.Stat(path) // first: opening a pipe would wait for its other end
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", path, errors.Unwrap(err)) // the reason alone
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", path, errors.Unwrap(err))
	}
	f := unread(file, info.Size(), path)
	f.close = file.Close
	if err := p.compare(f); err != nil {
		_ = file.Close() // only read
		return nil, err
	}
	return f, nil
}

// compare looks at the SHA-256, and at the directory of the file only where it is
// the right one: what is wrong with the directory of another is of no interest.
func (p Pretrained) compare(f *File) error {
	sum, err := f.SHA256()
	if err != nil {
		return err
	}
	if strings.HasPrefix(sum, p.SHA256) {
		return f.read()
	}
	start := make([]byte, min(f.size, 512))
	if err := safetensors.ReadFull(f.r, start, 0); err != nil {
		return fmt.Errorf("%s cannot be read: %w", f.Path, err)
	}
	if what, _ := textual(start); what != "" && f.size > 0 {
		return fmt.Errorf("%s %s", f.Path, what)
	}
	return fmt.Errorf("%s is not the official file of that name: its SHA-256 is %s and should begin with %s", f.Path, sum, p.SHA256)
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

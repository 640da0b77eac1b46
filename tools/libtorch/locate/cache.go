package locate

import (
	"fmt"
	"os"
	"path/filepath"
)

// Release is the version of torch that the cache holds, and CUDA the one that it
// was made with.
const (
	Release = "2.11.0"
	CUDA    = "13.0"
)

// Cache returns the folder, outside of any repository, in which libtorch is
// kept: $CUTPASTE_CACHE/libtorch, or the user's cache folder's
// cutpaste/libtorch.
func Cache() (string, error) {
	root := os.Getenv("CUTPASTE_CACHE")
	if root == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("there is no cache folder for libtorch (%w); set CUTPASTE_CACHE to a folder for it", err)
		}
		root = filepath.Join(user, "cutpaste")
	}
	abs, err := filepath.Abs(root)
	if err != nil {
		return "", err
	}
	return filepath.Join(abs, "libtorch"), nil
}

// Installed returns the torch folder in the cache that has at least what is
// wanted, or nil when nothing was installed yet. The CUDA set also serves where
// the CPU set would do, so switching between them fetches nothing twice.
func Installed(cache string, cuda bool) (*Torch, error) {
	names := []string{SetName(true)}
	if !cuda {
		names = []string{SetName(false), SetName(true)}
	}
	for _, name := range names {
		dir := filepath.Join(cache, name)
		if _, err := os.Stat(dir); err != nil {
			continue
		}
		t, err := Open(dir)
		if err != nil {
			return nil, fmt.Errorf("the installed libtorch is damaged (%w); delete %s and run make again", err, dir)
		}
		return t, nil
	}
	return nil, nil
}

// SetName is the name in the cache of the folder above torch/.
func SetName(cuda bool) string {
	if cuda {
		return Release + "-cuda"
	}
	return Release + "-cpu"
}

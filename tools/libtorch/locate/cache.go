package locate

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/cutpaste/cutpaste/configs/cachedir"
)

// Cache returns the folder, outside of any repository, in which libtorch is kept.
func Cache() (string, error) { return cachedir.Of("libtorch") }

// Installed returns the torch folder in the cache that has at least what is
// wanted, or nil when none was installed yet. The CUDA set also serves where
// the CPU set would do, so switching between them fetches nothing twice.
func (r Release) Installed(cache string, cuda bool) (*Torch, error) {
	names := []string{r.SetName(true)}
	if !cuda {
		names = []string{r.SetName(false), r.SetName(true)}
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
func (r Release) SetName(cuda bool) string {
	if cuda {
		return r.Version + "-cuda"
	}
	return r.Version + "-cpu"
}

// HeadersName is the name in the cache of the folder above nvidia/ with CUDA's
// headers.
func (r Release) HeadersName() string { return headersName(r.CUDA) }

func headersName(cuda string) string { return "cuda-" + cuda + "-headers" }

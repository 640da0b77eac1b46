// Package cachedir says where the program keeps what it can get again: libtorch,
// decoded pictures, downloaded weights. It imports nothing of ours, since the
// tools that make a build possible need it too.
package cachedir

import (
	"fmt"
	"os"
	"path/filepath"
)

// Of returns the absolute path of the folder of that name in
// $CUTPASTE_CACHE or, where that is not set, in cutpaste in the user's cache
// folder. It need not exist.
func Of(name string) (string, error) {
	root := os.Getenv("CUTPASTE_CACHE")
	if root == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("there is no cache folder for %s (%w); set CUTPASTE_CACHE to a folder for it", name, err)
		}
		root = filepath.Join(user, "cutpaste")
	}
	return filepath.Abs(filepath.Join(root, name))
}

// Package disk says in a sentence what is wrong with a disk and what to do.
package disk

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Explain turns what the system says about writing below folder into a sentence
// with a next step. It returns other errors as they are, and nil for nil.
func Explain(err error, folder string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("the disk with %s is full (%w); free some space, or set CUTPASTE_CACHE to a folder on another disk", folder, err)
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("%s cannot be written to (%w); change its permissions, or set CUTPASTE_CACHE to a folder of yours", folder, err)
	}
	return err
}

// Free returns how many bytes this user may still write below folder.
func Free(folder string) (int64, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(folder, &fs); err != nil {
		return 0, fmt.Errorf("the free space of %s cannot be asked for: %w", folder, err)
	}
	return int64(fs.Bavail) * fs.Bsize, nil
}

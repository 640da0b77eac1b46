// Package wholefile writes the files of a run that are replaced whole: a reader
// finds the old content or the new one, whenever the writer is killed.
package wholefile

import (
	"path/filepath"

	"github.com/google/renameio/v2"
)

// Write replaces the file at path, which is made if it is missing, by content: to
// a temporary file beside it, synced, renamed. Errors name the file; the old
// content is then still there. A kill can leave the temporary file, whose name
// begins with a dot, beside the file, never in the system's temporary folder.
func Write(path string, content []byte) error {
	return renameio.WriteFile(path, content, 0o666, renameio.WithTempDir(filepath.Dir(path)))
}

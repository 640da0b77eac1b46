package doctor

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/tools/libtorch/locate"
)

// little is when free space is worth a word: a run of ResNet-18 with its
// checkpoints takes about 0.3 GB.
const little = 2e9

func memory() Finding {
	f := Finding{Name: "memory", State: OK, Text: "unknown"}
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return f
	}
	kB := map[string]int64{}
	for line := range strings.Lines(string(text)) {
		var name string
		var n int64
		if _, err := fmt.Sscanf(line, "%s %d kB", &name, &n); err == nil {
			kB[name] = n
		}
	}
	f.Text = fmt.Sprintf("%s free of %s", size(kB["MemAvailable:"]*1024), size(kB["MemTotal:"]*1024))
	if kB["MemAvailable:"]*1024 < little {
		f.State = Note
	}
	return f
}

func pictureCache(setting string) Finding {
	f := Finding{Name: "picture cache", State: OK}
	folder, err := data.CacheFolder(setting)
	switch {
	case err != nil:
		f.State, f.Text, f.Next = Note, "none: "+err.Error(), "data.cache=FOLDER, or CUTPASTE_CACHE"
		return f
	case folder == "":
		f.Text = "off (data.cache=off)"
		return f
	}
	f.Text = fmt.Sprintf("%s in %s, %s", size(used(folder)), folder, freeText(folder))
	if !writable(folder) {
		f.State, f.Text, f.Next = Note, folder+" cannot be written, pictures are decoded anew each time", "data.cache=FOLDER, or CUTPASTE_CACHE"
	}
	return f
}

func libtorchCache() Finding {
	f := Finding{Name: "libtorch cache", State: OK}
	folder, err := locate.Cache()
	if err != nil {
		f.State, f.Text = Note, err.Error()
		return f
	}
	f.Text = fmt.Sprintf("%s in %s, %s", size(used(folder)), folder, freeText(folder))
	return f
}

// runs is where run folders go.
func runs(out string) Finding {
	f := Finding{Name: "runs", State: OK}
	folder, err := filepath.Abs(out)
	if err != nil {
		folder = out
	}
	f.Text = fmt.Sprintf("in %s (out=%s), %s", folder, out, freeText(folder))
	switch {
	case !writable(folder):
		f.State, f.Text, f.Next = Missing, folder+" cannot be written", "out=FOLDER"
	case free(folder) >= 0 && free(folder) < little:
		f.State, f.Next = Note, "make room, or choose another out=FOLDER"
	}
	return f
}

// existing is the folder itself or the nearest one above it that is there.
func existing(folder string) string {
	for {
		if _, err := os.Stat(folder); err == nil {
			return folder
		}
		up := filepath.Dir(folder)
		if up == folder {
			return folder
		}
		folder = up
	}
}

func writable(folder string) bool {
	there := existing(folder)
	info, err := os.Stat(there)
	return err == nil && info.IsDir() && unix.Access(there, unix.W_OK|unix.X_OK) == nil
}

// free is the space that this user can still fill, -1 if that is not known.
func free(folder string) int64 {
	var s unix.Statfs_t
	if unix.Statfs(existing(folder), &s) != nil {
		return -1
	}
	return int64(s.Bavail) * s.Bsize
}

func freeText(folder string) string {
	if n := free(folder); n >= 0 {
		return size(n) + " free"
	}
	return "free space unknown"
}

// used is the size of all files below a folder.
func used(folder string) (bytes int64) {
	// What cannot be read is not counted; there may be no folder yet.
	_ = filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}

func size(n int64) string {
	switch {
	case n == 0:
		return "nothing"
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.0f kB", float64(n)/1e3)
}

package doctor

import (
	"bufio"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/tools/libtorch/locate"
)

// loaded is the path of a library in this process's memory, "" if it is not
// there. What was loaded can be another file than the one that was meant.
func loaded(library string) string {
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return ""
	}
	defer maps.Close()
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		if at := strings.IndexByte(lines.Text(), '/'); at >= 0 {
			if path := lines.Text()[at:]; filepath.Base(path) == library {
				return path
			}
		}
	}
	return ""
}

func libtorch() Finding {
	f := Finding{Name: "libtorch", State: OK}
	path := loaded("libtorch_cpu.so")
	t, err := locate.Open(filepath.Dir(filepath.Dir(path)))
	switch {
	case path == "":
		f.State, f.Text, f.Next = Missing, "libtorch_cpu.so is not loaded", "make build"
	case err != nil: // a folder without headers, enough to run
		f.Text = "compiled for " + torch.Version() + ", loaded from " + path
	default:
		f.Text = t.String()
		if !strings.HasPrefix(t.Version, torch.Version()) {
			f.State, f.Text = Missing, f.Text+", but the program was compiled for "+torch.Version()
			f.Next = "make clean, then make build"
		}
	}
	return f
}

func gotorch() Finding {
	path, shim := loaded("libcgotorch.so"), loaded("libcutpaste_torch.so")
	if path == "" || shim == "" {
		return Finding{Name: "gotorch", State: Missing, Text: "libcgotorch.so or libcutpaste_torch.so is not loaded", Next: "make build"}
	}
	return Finding{Name: "gotorch", State: OK, Text: moduleVersion("github.com/wangkuiyi/gotorch") + ", " + path}
}

func moduleVersion(path string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == path {
				return m.Version
			}
		}
	}
	return "version unknown"
}

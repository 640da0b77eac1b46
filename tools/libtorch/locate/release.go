package locate

import (
	"fmt"
	"os"
	"strings"
)

// Release is a version of torch that the cache can hold, and the CUDA that it
// was made with.
type Release struct{ Version, CUDA string }

// Releases are those that can be fetched, the preferred one first: the second is
// for drivers that are too old for the first one's CUDA.
var Releases = []Release{{"2.11.0", "13.0"}, {"2.8.0", "12.8"}}

// DriverNeeded is the first branch of NVIDIA's driver on which programs made
// with a version of CUDA run, 0 for one that is not known. Within one major
// version of CUDA it is the same for all:
// https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html
func DriverNeeded(cuda string) int {
	major, _, _ := strings.Cut(cuda, ".")
	return map[string]int{"11": 450, "12": 525, "13": 580}[major]
}

// Choice is the libtorch that belongs on this machine.
type Choice struct {
	Release
	// WithCUDA tells whether CUDA's libraries do, too.
	WithCUDA bool
	// Why says in a sentence why it is another one than usual, or is "".
	Why string
}

// Choose decides by the environment and, where that leaves it open, by the
// driver. TORCH names the version; CUDA=1 and CUDA=0 say whether CUDA's
// libraries belong to it.
func Choose() (Choice, error) { return choose(os.Getenv("TORCH"), os.Getenv("CUDA"), FindDriver()) }

func choose(torch, cuda string, d *Driver) (Choice, error) {
	c := Choice{Release: Releases[0]}
	if torch != "" {
		c.Release = Release{}
		for _, r := range Releases {
			if r.Version == torch {
				c.Release = r
			}
		}
		if c.Release == (Release{}) {
			return c, fmt.Errorf("TORCH=%s is none of the versions that are fetched, which are %s and %s; name the folder of another one in LIBTORCH", torch, Releases[0].Version, Releases[1].Version)
		}
	}
	switch cuda {
	case "0":
		return c, nil
	case "1", "":
	default:
		return c, fmt.Errorf("CUDA=%s is neither 1 (with CUDA's libraries) nor 0 (without); leave it unset to let the driver decide", cuda)
	}
	c.WithCUDA = cuda == "1" || d != nil
	if d == nil || d.runs(c.CUDA) {
		return c, nil
	}
	tooOld := func(r Release) string {
		return fmt.Sprintf("NVIDIA's driver %s is too old for CUDA %s, which needs %d or newer", d.Version, r.CUDA, DriverNeeded(r.CUDA))
	}
	if torch != "" {
		c.Why = tooOld(c.Release) + "; libtorch " + torch + " is taken all the same, as TORCH says."
		return c, nil
	}
	for _, r := range Releases[1:] {
		if d.runs(r.CUDA) {
			c.Why = fmt.Sprintf("%s: libtorch %s with CUDA %s is taken in place of %s.", tooOld(c.Release), r.Version, r.CUDA, c.Version)
			c.Release = r
			return c, nil
		}
	}
	oldest := Releases[len(Releases)-1]
	if cuda == "1" {
		return c, fmt.Errorf("%s; update the driver, or do without the GPU (CUDA=0)", tooOld(oldest))
	}
	c.WithCUDA = false
	c.Why = tooOld(oldest) + ": libtorch is taken without CUDA until the driver is updated."
	return c, nil
}

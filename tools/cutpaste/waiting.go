package main

import (
	"os"
	"syscall"
)

// waitQuietly sees to it that libtorch's threads sleep while they wait for each
// other. By default they spin, and on cores that are shared (with the workers
// that prepare pictures, with other people's programs, with other virtual
// machines) each spin takes the core from the thread that is waited for: an
// update took twice as long. The OpenMP library reads the setting when it is
// loaded, before main, so the program starts itself anew with it.
//
// Whoever sets OMP_WAIT_POLICY or GOMP_SPINCOUNT has their way.
func waitQuietly() {
	for _, name := range []string{"OMP_WAIT_POLICY", "GOMP_SPINCOUNT"} {
		if _, set := os.LookupEnv(name); set {
			return
		}
	}
	// If it cannot be done (no /proc), training is only slower.
	_ = syscall.Exec("/proc/self/exe", os.Args, append(os.Environ(), "OMP_WAIT_POLICY=passive"))
}

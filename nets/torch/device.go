package torch

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"fmt"
	"strconv"
	"strings"
	"unsafe"
)

// Device is where tensors live: "cpu", or "cuda:0" and so on.
type Device string

// CPU is the host.
const CPU Device = "cpu"

func (d Device) c() *C.char { return C.CString(string(d)) }

// IsCUDA says whether d is an NVIDIA device.
func (d Device) IsCUDA() bool { return strings.HasPrefix(string(d), "cuda") }

// Synchronize waits until everything sent to d is done.
func (d Device) Synchronize() {
	name := d.c()
	defer C.free(unsafe.Pointer(name))
	must(C.cp_synchronize(name))
}

// CUDA says how many CUDA devices there are and, where there is none, why.
func CUDA() (devices int, reason string) {
	thread.start.Do(startThread)
	return int(C.cp_cuda_devices()), C.GoString(C.cp_cuda_reason())
}

// Unused says why CUDA cannot be used where there is a driver for it, so that
// somebody expects it; else it is empty.
func Unused() string {
	devices, reason := CUDA()
	if devices > 0 || strings.Contains(reason, "there is no NVIDIA driver") {
		return ""
	}
	return reason
}

// Find turns a configured device (auto, cpu, cuda, cuda:N) into one that is
// there: auto is the first CUDA device, or the CPU where there is none.
func Find(name string) (Device, error) {
	if name == "cpu" {
		return CPU, nil
	}
	devices, reason := CUDA()
	switch {
	case name == "auto" && devices == 0:
		return CPU, nil
	case name == "auto" || name == "cuda":
		name = "cuda:0"
	}
	digits, ok := strings.CutPrefix(name, "cuda:")
	index, err := strconv.Atoi(digits)
	if !ok || err != nil || index < 0 {
		return "", fmt.Errorf("device %q is not known; use auto, cpu, cuda or cuda:N", name)
	}
	if devices == 0 {
		return "", fmt.Errorf("device %s cannot be used: %s; use device=cpu", name, reason)
	}
	if index >= devices {
		return "", fmt.Errorf("device %s does not exist: there are %d CUDA devices, cuda:0 to cuda:%d", name, devices, devices-1)
	}
	return Device(name), nil
}

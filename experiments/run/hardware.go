package run

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/cutpaste/cutpaste/nets/torch"
)

// hardware is what the device is, in words: the processor's model and how many cores
// this process may use, or the graphics card's model. It is empty where the system does
// not say.
func hardware(d torch.Device) string {
	if d.IsCUDA() {
		return gpuModel("/proc/driver/nvidia/gpus/*/information")
	}
	if model := valueOf("/proc/cpuinfo", "model name"); model != "" {
		return fmt.Sprintf("%s, %d cores", model, runtime.NumCPU())
	}
	return ""
}

// gpuModel is the model of the cards, once each.
func gpuModel(pattern string) string {
	files, _ := filepath.Glob(pattern) // the pattern is right
	var models []string
	for _, f := range files {
		if model := valueOf(f, "Model"); model != "" && !strings.Contains(strings.Join(models, ", "), model) {
			models = append(models, model)
		}
	}
	return strings.Join(models, ", ")
}

// valueOf is the first value of a name in a file of lines "name : value".
func valueOf(file, name string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

package run

import (
	"encoding/json"
	"fmt"

	"github.com/cutpaste/cutpaste/nets/safetensors"
)

// toMetadata is values as texts, which is what a file of tensors holds beside them.
func toMetadata(values map[string]any) (map[string]string, error) {
	meta := map[string]string{}
	for name, v := range values {
		text, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		meta[name] = string(text)
	}
	return meta, nil
}

// fromMetadata reads them back, into pointers. path is the file's.
func fromMetadata(f *safetensors.File, path string, values map[string]any) error {
	for name, v := range values {
		if f.Meta[name] == "" {
			return fmt.Errorf("%s is of another version of this program (it does not list its %s); give the run's `cutpaste train` command again, which trains nothing anew", path, name)
		}
		if err := json.Unmarshal([]byte(f.Meta[name]), v); err != nil {
			return fmt.Errorf("%s does not list its %s: %w", path, name, err)
		}
	}
	return nil
}

package weights

import (
	"errors"
	"fmt"
	"slices"

	"github.com/cutpaste/cutpaste/configs/say"
)

// stateDict finds the tensors in what a pickle leaves: a dict of them or, of a
// training's checkpoint, the dict of tensors in it. Errors go on after the
// file's name.
func (f *File) stateDict(v any) error {
	root, ok := v.(*dict)
	if !ok {
		return errors.New("holds no dict of tensors; save a net's state_dict()")
	}
	chosen, under, err := chooseDict(root)
	if err != nil {
		return err
	}
	var others []string
	for _, e := range root.entries {
		if key, ok := e.key.(string); ok && under != "" && key != under {
			others = append(others, key)
		}
	}
	at := map[string]int{}
	for _, e := range chosen.entries {
		name, ok := e.key.(string)
		t, isTensor := e.value.(*Tensor)
		if !isTensor {
			others = append(others, name)
			continue
		}
		if !ok || len(name) > maxName {
			return errors.New("names a tensor by what is no text, or a very long one; save a net's state_dict()")
		}
		named := *t
		named.Name = name
		if i, twice := at[name]; twice {
			f.Tensors[i] = named // as Python's dict has it
			continue
		}
		at[name] = len(f.Tensors)
		f.Tensors = append(f.Tensors, named)
	}
	if len(f.Tensors) == 0 {
		return errors.New("holds no tensors; save a net's state_dict()")
	}
	if under != "" {
		f.Notes = append(f.Notes, fmt.Sprintf("The tensors are those of %s in it.", say.Quote(under)))
	}
	if len(others) > 0 {
		f.Notes = append(f.Notes, "Passed over: "+say.Names(others)+".")
	}
	return nil
}

// usual are the keys under which trainings keep a net's tensors.
var usual = []string{"state_dict", "model", "model_state_dict"}

// chooseDict returns the dict of tensors in root and the key under which it lies,
// "" for root itself.
func chooseDict(root *dict) (*dict, string, error) {
	nested := map[string]*dict{}
	var keys []string
	looked := map[*dict]bool{}
	for _, e := range root.entries {
		key, ok := e.key.(string)
		d, isDict := e.value.(*dict)
		if !ok || len(key) > maxName || !isDict {
			continue
		}
		only, seen := looked[d]
		if !seen {
			only = d.onlyTensors()
			looked[d] = only
		}
		if only {
			if nested[key] == nil {
				keys = append(keys, key)
			}
			nested[key] = d
		}
	}
	if len(keys) == 0 {
		return root, "", nil
	}
	for _, key := range usual {
		if d := nested[key]; d != nil {
			return d, key, nil
		}
	}
	if len(keys) > 1 {
		return nil, "", fmt.Errorf("holds several dicts of tensors (%s); save the wanted one alone", say.Names(keys))
	}
	return nested[keys[0]], keys[0], nil
}

func (d *dict) onlyTensors() bool {
	return len(d.entries) > 0 && !slices.ContainsFunc(d.entries, func(e entry) bool {
		_, ok := e.value.(*Tensor)
		return !ok
	})
}

package weights

import (
	"errors"
	"fmt"
	"slices"

	"github.com/cutpaste/cutpaste/nets/safetensors"
)

// A global is what a name in a pickle stands for: a function, or the type of a
// storage's numbers.
type global struct {
	call  func(args tuple) (any, error)
	dtype string
}

// globals are all names that a dict of tensors needs. A pickle that has any
// other is refused.
var globals = map[string]global{
	"collections.OrderedDict": {call: orderedDict},

	"torch._utils._rebuild_tensor":    {call: rebuildTensor}, // before PyTorch 0.4
	"torch._utils._rebuild_tensor_v2": {call: rebuildTensor},
	"torch._utils._rebuild_parameter": {call: rebuildParameter},

	"torch.BoolStorage":     {dtype: "BOOL"},
	"torch.ByteStorage":     {dtype: "U8"},
	"torch.CharStorage":     {dtype: "I8"},
	"torch.ShortStorage":    {dtype: "I16"},
	"torch.IntStorage":      {dtype: "I32"},
	"torch.LongStorage":     {dtype: "I64"},
	"torch.HalfStorage":     {dtype: "F16"},
	"torch.BFloat16Storage": {dtype: "BF16"},
	"torch.FloatStorage":    {dtype: "F32"},
	"torch.DoubleStorage":   {dtype: "F64"},
}

// orderedDict takes nothing or, from Python 2, a list of pairs.
func orderedDict(args tuple) (any, error) {
	d := &dict{}
	if len(args) == 0 {
		return d, nil
	}
	pairs, ok := args[0].(*list)
	if !ok || len(args) > 1 {
		return nil, errors.New("is damaged: it makes a dict of what is no list")
	}
	for _, p := range pairs.items {
		pair, ok := p.(*list)
		if !ok || len(pair.items) != 2 {
			return nil, errors.New("is damaged: it makes a dict of what are no pairs")
		}
		d.entries = append(d.entries, entry{pair.items[0], pair.items[1]})
	}
	return d, nil
}

// rebuildParameter takes a tensor, whether it needs gradients, and hooks.
func rebuildParameter(args tuple) (any, error) {
	if len(args) > 0 {
		if t, ok := args[0].(*Tensor); ok {
			return t, nil
		}
	}
	return nil, errors.New("is damaged: it makes a parameter of what is no tensor")
}

// rebuildTensor takes a storage, the first element, the shape and the strides;
// what may follow, such as whether gradients are needed, says nothing of numbers.
func rebuildTensor(args tuple) (any, error) {
	if len(args) < 4 {
		return nil, errors.New("is damaged: it makes a tensor of too little")
	}
	s, isStorage := args[0].(*storage)
	first, isNumber := args[1].(int64)
	shape, hasShape := ints(args[2])
	strides, hasStrides := ints(args[3])
	if !isStorage || !isNumber || !hasShape || !hasStrides || len(shape) != len(strides) || len(shape) > safetensors.MaxDimensions {
		return nil, errors.New("is damaged: it makes a tensor of what is no storage, shape and strides")
	}
	t := &Tensor{DType: s.dtype, Shape: shape, storage: s}
	if slices.Contains(shape, 0) {
		return t, nil
	}
	// Every element must lie in the storage. As its length is that of numbers in
	// the file, no product can overflow that passes these tests.
	count, last := 1, 0
	rowMajor := true
	for i, n := range slices.Backward(shape) {
		stride := strides[i]
		if count > s.length/n {
			return nil, fmt.Errorf("has a tensor of shape %v in a storage of %d numbers, fewer than that; a tensor that repeats numbers must be saved as .clone()", shape, s.length)
		}
		if stride > 0 && n-1 > (s.length-last)/stride {
			return nil, beyond(shape, strides, first, s)
		}
		rowMajor = rowMajor && (n == 1 || stride == count)
		count *= n
		last += (n - 1) * stride
	}
	if first < 0 || first >= int64(s.length-last) {
		return nil, beyond(shape, strides, first, s)
	}
	t.first = int(first)
	if !rowMajor {
		t.strides = strides
	}
	return t, nil
}

func beyond(shape, strides []int, first int64, s *storage) error {
	return fmt.Errorf("is damaged: a tensor of shape %v and strides %v from %d on goes beyond its storage of %d numbers", shape, strides, first, s.length)
}

// ints are the numbers of a tuple, none of them negative.
func ints(v any) ([]int, bool) {
	t, ok := v.(tuple)
	numbers := make([]int, len(t))
	for i, x := range t {
		n, isInt := x.(int64)
		ok = ok && isInt && n >= 0
		numbers[i] = int(n)
	}
	return numbers, ok
}

// storageID takes a persistent id apart: ("storage", type, key, device, length
// in elements) and, in legacy files, a view or None. length is at most that of
// any storage in a file of this size.
func storageID(id tuple, size int64) (key string, s storage, view any, err error) {
	if len(id) > 0 && id[0] == "module" {
		return "", s, nil, errors.New("holds a whole net with its program, of which nothing was run; save its state_dict() alone, or take another file")
	}
	if len(id) < 5 || id[0] != "storage" {
		return "", s, nil, errors.New("is damaged: it refers to numbers that are no storage")
	}
	g, isType := id[1].(global)
	key, isKey := id[2].(string)
	length, isNumber := id[4].(int64)
	if !isType || g.dtype == "" || !isKey || len(key) > maxName || !isNumber {
		return "", s, nil, errors.New("is damaged: it refers to a storage without type, key and length")
	}
	if length < 0 || length > size/int64(sizes[g.dtype]) {
		return "", s, nil, fmt.Errorf("has a storage of %d numbers of %s, more than are in the whole file: it is cut off or damaged", length, g.dtype)
	}
	if len(id) > 5 {
		view = id[5]
	}
	return key, storage{dtype: g.dtype, length: int(length)}, view, nil
}

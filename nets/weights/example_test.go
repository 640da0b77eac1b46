package weights_test

import (
	"fmt"

	"github.com/cutpaste/cutpaste/nets/weights"
)

func Example() {
	f, err := weights.Open("testdata/checkpoint.pth")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	fmt.Println(f.Notes[0])
	for _, t := range f.Tensors[:2] {
		numbers := make([]float32, t.Len())
		if err := f.Float32s(t, numbers); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(t.Name, t.DType, t.Shape, numbers)
	}
	_, err = weights.Open("testdata/evil.pth")
	fmt.Println(err)
	// Output:
	// The tensors are those of "state_dict" in it.
	// 0.weight F32 [1 2] [0.5 0.5]
	// 0.bias F32 [1] [0.25]
	// testdata/evil.pth refers to posix.system, which a file of weights has no business with: nothing of it was run; save the net's state_dict() alone, or take another file
}

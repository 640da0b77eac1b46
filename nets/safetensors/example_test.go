package safetensors_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/cutpaste/cutpaste/nets/safetensors"
)

func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "head.safetensors")

	err = safetensors.Write(path, []safetensors.Tensor{
		safetensors.F32("weight", []int{2, 3}, []float32{1, 2, 3, 4, 5, 6}),
		safetensors.F32("bias", []int{2}, []float32{0.5, -0.5}),
	}, map[string]string{"update": "1024"})
	if err != nil {
		fmt.Println(err)
		return
	}

	f, err := safetensors.Read(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	bias, err := f.Get("bias")
	if err != nil {
		fmt.Println(err)
		return
	}
	values, err := bias.Float32s()
	fmt.Println(f.Meta["update"], bias.DType, bias.Shape, values, err)
	// Output: 1024 F32 [2] [0.5 -0.5] <nil>
}

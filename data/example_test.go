package data_test

import (
	"context"
	"fmt"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
)

// A black and a white pixel become four: the outer two keep their values, the
// inner two are a quarter of the way to their neighbour.
func ExampleResize() {
	src := &data.Image{W: 2, H: 1, Pix: []uint8{0, 0, 0, 255, 255, 255}}
	fmt.Println(data.Resize(src, 4, 1).Pix)
	// Output: [0 0 0 64 64 64 191 191 191 255 255 255]
}

// From files to the batches of a 3-way run: 4 source pictures, 3 views each.
func ExampleNewLoader() {
	ctx := context.Background()
	items, err := data.Folder("testdata/decode") // or Open(root, category).Train
	if err != nil {
		fmt.Println(err)
		return
	}
	c := configs.Default()
	c.Data.Size, c.Train.Batch, c.Train.Steps = 64, 4, 2
	pictures, err := data.Load(ctx, items, data.LoadOptions{Size: c.Data.Size})
	if err != nil {
		fmt.Println(err)
		return
	}
	loader := data.NewLoader(ctx, pictures, c, 0)
	defer loader.Close()
	for {
		batch, err := loader.Next()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(batch.Step, len(batch.Pix)/(64*64*3), batch.Labels)
		loader.Recycle(batch)
	}
	// Output:
	// 0 12 [0 0 0 0 1 1 1 1 2 2 2 2]
	// 1 12 [0 0 0 0 1 1 1 1 2 2 2 2]
	// EOF
}

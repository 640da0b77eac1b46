package published_test

import (
	"fmt"

	"github.com/cutpaste/cutpaste/experiments/published"
)

func ExampleFind() {
	m, _ := published.Find("cutpaste", "Table 1", "CutPaste (3-way)")
	for _, category := range []string{"carpet", "average_texture", "average"} {
		f, _ := m.Lookup(category, "image_auroc")
		fmt.Printf("%s: %s %s, or %.3f\n", f.Category, f, f.Unit, f.Value)
	}

	_, err := published.Find("cutpaste", "Table 5", "3way")
	fmt.Println(err)
	// Output:
	// carpet: 93.1 ± 1.1 percent, or 0.931
	// average_texture: 97.0 ± 0.5 percent, or 0.970
	// average: 95.2 ± 0.6 percent, or 0.952
	// there is no method "3way" in Table 5 of cutpaste; the nearest is "3-way"; there are "CutPaste", "CutPaste (scar)", "Binary (union of CutPaste and scar)", "3-way"
}

func ExampleMethod_Conditions() {
	m, _ := published.Find("reimplementations", "Lieberk comparison", "Lieberk CutPaste (3-way), Paddle")
	f, _ := m.Lookup("average", "image_auroc")
	c, _ := m.Conditions()
	fmt.Println(f)
	fmt.Println(c)
	// Output:
	// 95.7
	// not comparable: starts from ImageNet weights; checkpoint chosen by best test AUROC; 500 updates; 96 pictures per class in a batch
}

func ExampleIsMVTec() {
	fmt.Println(published.IsMVTec("bottle", 209, 20, 63), published.IsMVTec("bottle", 100, 20, 63))
	// Output: true false
}

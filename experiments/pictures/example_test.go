package pictures_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/cutpaste/cutpaste/experiments/pictures"
)

func ExampleHardest() {
	cases := []pictures.Case{
		{Name: "good/000.png", Defect: "good", Score: 4.2},
		{Name: "good/001.png", Defect: "good", Score: 9.7},
		{Name: "hole/000.png", Defect: "hole", Anomalous: true, Score: 31},
		{Name: "hole/001.png", Defect: "hole", Anomalous: true, Score: 6.1},
	}
	normal, anomalous := pictures.Hardest(cases, 1)
	fmt.Println(cases[normal[0]].Name, cases[anomalous[0]].Name)
	// Output: good/001.png hole/001.png
}

func ExampleWriteMap() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)

	scores := []float32{1, 2, 3, 5}
	scale := pictures.NewScale()
	scale.Include(scores) // and those of all other maps of the category

	file := filepath.Join(dir, "000.png")
	if err := pictures.WriteMap(file, scores, 2, scale); err != nil {
		fmt.Println(err)
		return
	}
	read, width, scale, err := pictures.ReadMap(file)
	fmt.Printf("%.3f %d %v %v\n", read, width, scale, err)
	// Output: [1.000 2.000 3.000 5.000] 2 {1 5} <nil>
}

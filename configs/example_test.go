package configs_test

import (
	"fmt"

	"github.com/cutpaste/cutpaste/configs"
)

func ExampleLoad() {
	c, err := configs.Load("demo.yaml", []string{"data.category=bottle"}, []string{"CUTPASTE_TRAIN_STEPS=128"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Name, c.Data.Category, c.Data.Size, c.Train.Steps, c.Optim.Lr)

	_, err = configs.Load("demo.yaml", []string{"train.stpes=5"}, nil)
	fmt.Println(err)
	// Output:
	// demo bottle 64 128 0.03
	// argument "train.stpes=5": there is no key "train.stpes"; did you mean train.steps?
}

func ExampleConfig_Diff() {
	mine := configs.Default()
	mine.Optim.Lr = 0.01
	for _, line := range mine.Diff(configs.Default()) {
		fmt.Println(line)
	}
	// Output:
	// optim.lr: 0.01 here, 0.03 there
}

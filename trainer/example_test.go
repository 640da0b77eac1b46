package trainer_test

import (
	"fmt"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/trainer"
)

// The paper's schedule over four updates.
func ExampleLearningRate() {
	c := configs.Default()
	c.Train.Steps = 4
	for step := range 4 {
		fmt.Printf("%.4f ", trainer.LearningRate(c, step))
	}
	// Output: 0.0300 0.0256 0.0150 0.0044
}

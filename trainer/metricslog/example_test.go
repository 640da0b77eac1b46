package metricslog_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/cutpaste/cutpaste/trainer/metricslog"
)

// A run is killed after update 150 and resumed from its checkpoint at 100.
func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "metrics.csv")

	train := func(fromUpdate int, losses ...float64) error {
		l, err := metricslog.Open(path, []string{"update", "loss"}, fromUpdate)
		if err != nil {
			return err
		}
		defer l.Close()
		for i, loss := range losses {
			if err := l.Append(fromUpdate+50*(i+1), loss); err != nil {
				return err
			}
		}
		return nil
	}
	if err := train(0, 1.1, 0.9, 0.8); err != nil {
		fmt.Println(err)
	}
	if err := train(100, 0.8, 0.75); err != nil {
		fmt.Println(err)
	}

	table, err := metricslog.Read(path)
	fmt.Println(table.Columns, table.Rows, err)
	// Output: [update loss] [[50 1.1] [100 0.9] [150 0.8] [200 0.75]] <nil>
}

package run

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
)

// A run of the patch model is refused before anything is made.
func TestCropsAreRefused(t *testing.T) {
	c := drawn(t)
	c.Data.Crop = 16
	var wrong *configs.Error
	if _, err := Train(context.Background(), c, quiet{}); !errors.As(err, &wrong) || wrong.Key != "data.crop" || !strings.Contains(err.Error(), "windows") {
		t.Errorf("data.crop=16: %v", err)
	}
	if !missing(t, Folder(c)) {
		t.Error("a run folder was made")
	}
}

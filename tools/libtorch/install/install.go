package install

import (
	"context"
	"errors"
	"io"

	"github.com/cutpaste/cutpaste/tools/libtorch/locate"
)

func Install(ctx context.Context, cache string, cuda bool, out io.Writer) (*locate.Torch, error) {
	return nil, errors.New("not yet")
}

package install

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"

	"github.com/cutpaste/cutpaste/tools/fetch/disk"
)

// member is a file in a wheel that is to be unpacked.
type member struct {
	*zip.File
	wheel string
}

// openWheels opens the wheels and lists what is kept of each, largest first, so
// that the largest does not start last and alone.
func openWheels(folder string, set []wheel) (list []member, bytes int64, closeAll func(), err error) {
	var open []*zip.ReadCloser
	closeAll = func() {
		for _, r := range open {
			_ = r.Close() // read only
		}
	}
	for _, w := range set {
		r, err := zip.OpenReader(filepath.Join(folder, w.Name))
		if err != nil {
			closeAll()
			return nil, 0, nil, fmt.Errorf("%s cannot be read: %w; delete it and run the same command again", filepath.Join(folder, w.Name), err)
		}
		open = append(open, r)
		for _, f := range r.File {
			if !strings.HasSuffix(f.Name, "/") && w.keep(f.Name) {
				list = append(list, member{f, w.Name})
				bytes += int64(f.UncompressedSize64)
			}
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].UncompressedSize64 > list[j].UncompressedSize64 })
	return list, bytes, closeAll, nil
}

// unpack writes the members below dest, as many at once as there are cores, and
// tells add of the bytes written. archive/zip checks each member's CRC.
func unpack(ctx context.Context, list []member, dest string, add func(int64)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work := make(chan member)
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			buffer := make([]byte, 1<<20)
			for m := range work {
				if err := m.writeTo(ctx, dest, buffer, add); err != nil {
					cancel(err)
				}
			}
		})
	}
feed:
	for _, m := range list {
		select {
		case work <- m:
		case <-ctx.Done():
			break feed
		}
	}
	close(work)
	wait.Wait()
	return context.Cause(ctx)
}

func (m member) writeTo(ctx context.Context, dest string, buffer []byte, add func(int64)) error {
	name := filepath.FromSlash(m.Name)
	if !filepath.IsLocal(name) {
		return fmt.Errorf("%s has a file that would leave its folder: %s", m.wheel, m.Name)
	}
	path := filepath.Join(dest, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return disk.Explain(err, dest)
	}
	in, err := m.Open()
	if err != nil {
		return fmt.Errorf("%s in %s cannot be unpacked: %w", m.Name, m.wheel, err)
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return disk.Explain(err, dest)
	}
	for ctx.Err() == nil {
		n, readErr := in.Read(buffer)
		if _, err := out.Write(buffer[:n]); err != nil {
			_ = out.Close()
			return disk.Explain(err, dest)
		}
		add(int64(n))
		if readErr == io.EOF {
			return disk.Explain(out.Close(), dest)
		}
		if readErr != nil {
			_ = out.Close()
			return fmt.Errorf("%s in %s cannot be unpacked: %w; delete the wheel and run the same command again", m.Name, m.wheel, readErr)
		}
	}
	_ = out.Close()
	return context.Cause(ctx)
}

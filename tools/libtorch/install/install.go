// Package install puts the pinned libtorch into the cache.
//
// In order: take the cache's lock, see whether somebody else was faster, ask
// for the disk space, fetch the wheels into cache/wheels (package fetch: pinned
// hashes, resumable), unpack what is needed of them into a temporary folder,
// flush that to disk, and rename it to its name. So the folder with the final
// name is always complete, whatever is killed when, and two installs at once do
// the work once. The wheels are deleted at the end: they are larger than what is
// kept of them, and the cache would hold everything twice.
//
// The layout is that of pip install --target, torch/ beside nvidia/, since
// torch's libraries look for NVIDIA's by a path relative to themselves.
package install

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/cutpaste/cutpaste/tools/fetch"
	"github.com/cutpaste/cutpaste/tools/fetch/disk"
	"github.com/cutpaste/cutpaste/tools/libtorch/locate"
	"github.com/cutpaste/cutpaste/tools/libtorch/progress"
)

// Install fetches and unpacks a version of libtorch below cache, with or without
// CUDA's libraries, unless it is there. It shows its progress on out.
func Install(ctx context.Context, cache string, r locate.Release, cuda bool, out io.Writer) (*locate.Torch, error) {
	s, name := sets[r.Version], r.SetName(cuda)
	j := &job{title: "libtorch " + name, cache: cache, name: name, set: s.cpu, unpacked: s.cpuUnpacked, out: out}
	if cuda {
		j.set, j.unpacked = s.cuda, s.cudaUnpacked
	}
	if err := j.fromIndex(ctx); err != nil {
		return nil, err
	}
	return locate.Open(filepath.Join(cache, name))
}

// Headers does the same for the headers of CUDA.
func Headers(ctx context.Context, cache string, r locate.Release, out io.Writer) error {
	s := sets[r.Version]
	j := &job{title: "the headers of CUDA " + r.CUDA, cache: cache, name: r.HeadersName(), set: s.headers, unpacked: s.headersUnpacked, out: out}
	return j.fromIndex(ctx)
}

// fromIndex runs the job with the package index that is configured.
func (j *job) fromIndex(ctx context.Context) error {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return fmt.Errorf("libtorch is fetched for Linux on amd64 only, and this is %s on %s; give your own torch folder by LIBTORCH", runtime.GOOS, runtime.GOARCH)
	}
	var err error
	j.source, err = fetch.New(ctx, func(sentence string) { fmt.Fprintln(j.out, "\n"+sentence) })
	if err != nil {
		return err
	}
	return j.run(ctx)
}

// job is one install.
type job struct {
	title    string // for messages
	cache    string // folder
	name     string // of the folder in it that is made
	set      []wheel
	unpacked int64 // bytes it will take, about
	source   *fetch.Source
	out      io.Writer
}

func (j *job) run(ctx context.Context) error {
	if err := os.MkdirAll(j.cache, 0o755); err != nil {
		return disk.Explain(err, j.cache)
	}
	unlock, err := fetch.Lock(ctx, filepath.Join(j.cache, ".lock"), func() {
		fmt.Fprintf(j.out, "Waiting for another install into %s to end.\n", j.cache)
	})
	if err != nil {
		return disk.Explain(err, j.cache)
	}
	defer unlock()

	final := filepath.Join(j.cache, j.name)
	if _, err := os.Stat(final); err == nil {
		return nil
	}
	// What a killed install left is of no use; it goes before the space is
	// counted.
	temporary := filepath.Join(j.cache, ".unpacking")
	if err := os.RemoveAll(temporary); err != nil {
		return disk.Explain(err, j.cache)
	}
	wheels := filepath.Join(j.cache, "wheels")
	if err := os.MkdirAll(wheels, 0o755); err != nil {
		return disk.Explain(err, j.cache)
	}
	if err := j.room(wheels); err != nil {
		return err
	}
	if err := j.fetch(ctx, wheels); err != nil {
		return err
	}
	if err := j.unpack(ctx, wheels, temporary); err != nil {
		_ = os.RemoveAll(temporary)
		return err
	}
	if err := os.Rename(temporary, final); err != nil {
		return disk.Explain(err, j.cache)
	}
	return os.RemoveAll(wheels)
}

// room compares what the install will take with what the disk has.
func (j *job) room(wheels string) error {
	need := j.unpacked
	for _, w := range j.set {
		need += w.Bytes
		for _, name := range []string{w.Name, w.Name + ".part"} {
			if info, err := os.Stat(filepath.Join(wheels, name)); err == nil {
				need -= info.Size()
			}
		}
	}
	free, err := disk.Free(j.cache)
	if err != nil {
		return err
	}
	if free < need {
		return fmt.Errorf("%s has %s free, and installing %s takes %s (%s once it is done); free some space, or set CUTPASTE_CACHE to a folder on another disk",
			j.cache, progress.Size(free), j.title, progress.Size(need), progress.Size(j.unpacked))
	}
	return nil
}

// parallel is how many wheels are fetched at once.
const parallel = 4

func (j *job) fetch(ctx context.Context, wheels string) error {
	var missing []wheel
	var total int64
	for _, w := range j.set {
		if !fetch.Have(w.File, wheels) {
			missing = append(missing, w)
			total += w.Bytes
		}
	}
	if len(missing) == 0 {
		return nil
	}
	fmt.Fprintf(j.out, "Fetching %s (%s) from %s\n", j.title, progress.Size(total), j.source)
	bar := progress.New(j.out, "Fetching", progress.Bytes, total)
	defer bar.Done()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wait sync.WaitGroup
	turn := make(chan struct{}, parallel)
	for _, w := range missing {
		wait.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			if ctx.Err() != nil {
				return
			}
			if err := j.source.Get(ctx, w.File, wheels, bar); err != nil {
				cancel(err)
			}
		})
	}
	wait.Wait()
	return context.Cause(ctx)
}

func (j *job) unpack(ctx context.Context, wheels, temporary string) error {
	list, bytes, closeAll, err := openWheels(wheels, j.set)
	if err != nil {
		return err
	}
	defer closeAll()
	bar := progress.New(j.out, "Unpacking", progress.Bytes, bytes)
	defer bar.Done()
	if err := unpack(ctx, list, temporary, bar.Add); err != nil {
		return err
	}
	folder, err := os.Open(temporary)
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := unix.Syncfs(int(folder.Fd())); err != nil {
		return fmt.Errorf("%s cannot be flushed to its disk: %w", temporary, err)
	}
	return nil
}

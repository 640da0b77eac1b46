package synth

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Write draws the set that o describes into dir, which it makes if need be:
//
//	DIR/synth.json
//	DIR/CATEGORY/train/good/000.png
//	DIR/CATEGORY/test/good/000.png
//	DIR/CATEGORY/test/DEFECT/000.png
//	DIR/CATEGORY/ground_truth/DEFECT/000_mask.png
//
// Pictures are RGB, masks are greyscale, 0 or 255. Everything is drawn in a hidden folder beside dir, which takes
// dir's name when it is complete: a set is there whole or not at all. If dir already holds the same set, with
// every file as it was written, nothing is done. If it holds anything else, that is an error and nothing is
// touched. If ctx ends first, Write removes what it began and returns ctx's error, wrapped.
func Write(ctx context.Context, dir string, o Options) error {
	o, err := o.resolve()
	if err != nil {
		return err
	}
	// The last step replaces dir: it must replace the folder itself, not a link to it.
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return fmt.Errorf("cannot find the folder for the drawn pictures: %w", err)
	}
	m, jobs := o.manifest(), o.jobs()
	if done, err := present(dir, m); err != nil || done {
		if done && o.Progress != nil {
			o.Progress(len(jobs), len(jobs))
		}
		return err
	}

	parent, prefix := filepath.Dir(dir), "."+filepath.Base(dir)+".partial-"
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return fmt.Errorf("cannot make the folder for the drawn pictures: %w", err)
	}
	sweep(parent, prefix)
	partial, err := os.MkdirTemp(parent, prefix)
	if err != nil {
		return fmt.Errorf("cannot make a folder beside %s to draw in: %w", dir, err)
	}
	defer os.RemoveAll(partial) // after success it has another name, and this does nothing
	if err := draw(ctx, partial, jobs, &o); err != nil {
		return fmt.Errorf("drawing pictures for %s: %w", dir, err)
	}
	if m.Files, err = digest(partial); err == nil {
		err = m.write(partial)
	}
	if err == nil {
		err = os.Chmod(partial, 0o755) // MkdirTemp's folders are private
	}
	if err != nil {
		return fmt.Errorf("finishing the drawn set for %s: %w", dir, err)
	}
	os.Remove(dir) // an empty folder is in the way of the rename; one that isn't empty stays
	if err := os.Rename(partial, dir); err != nil {
		if done, _ := present(dir, m); done {
			return nil // someone else drew the same set at the same time
		}
		return fmt.Errorf("cannot give the drawn set its name: %w", err)
	}
	if err := syncFolder(parent); err != nil {
		return fmt.Errorf("cannot be sure that %s is on the disk: %w", dir, err)
	}
	return nil
}

// sweep removes what killed runs left in parent: folders of this prefix that nothing touched for a day.
func sweep(parent, prefix string) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return // tidying up is no reason to fail
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && e.IsDir() && strings.HasPrefix(e.Name(), prefix) && time.Since(info.ModTime()) > 24*time.Hour {
			os.RemoveAll(filepath.Join(parent, e.Name()))
		}
	}
}

// job is one picture to draw.
type job struct {
	category *category
	split    string // train/good, test/good or test/DEFECT
	defect   string // "" for a good one
	index    int
}

func (o *Options) jobs() []job {
	var jobs []job
	for _, name := range o.Categories {
		c := find(name)
		add := func(split, defect string, n int) {
			for i := range n {
				jobs = append(jobs, job{c, split, defect, i})
			}
		}
		add("train/good", "", o.Train)
		add("test/good", "", o.TestGood)
		for _, defect := range c.defects {
			add("test/"+defect, defect, o.TestPerDefect)
		}
	}
	return jobs
}

// draw carries out every job below dir, o.Workers at a time, and stops at the first error.
func draw(ctx context.Context, dir string, jobs []job, o *Options) error {
	if err := makeFolders(dir, jobs); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		workers sync.WaitGroup
		mu      sync.Mutex
		done    int
	)
	next := make(chan job)
	for range o.Workers {
		workers.Go(func() {
			for j := range next {
				if err := j.draw(dir, o.Seed, o.Size); err != nil {
					cancel(err)
					continue
				}
				mu.Lock()
				done++
				if o.Progress != nil {
					o.Progress(done, len(jobs))
				}
				mu.Unlock()
			}
		})
	}
send:
	for _, j := range jobs {
		select {
		case next <- j:
		case <-ctx.Done():
			break send
		}
	}
	close(next)
	workers.Wait()
	return context.Cause(ctx)
}

// makeFolders makes every folder that the jobs write to, so that workers need not.
func makeFolders(dir string, jobs []job) error {
	for _, j := range jobs {
		if j.index > 0 {
			continue // its first picture's folder is this one's
		}
		if err := os.MkdirAll(filepath.Join(dir, j.category.name, filepath.FromSlash(j.split)), 0o777); err != nil {
			return err
		}
		if j.defect == "" {
			continue
		}
		if err := os.MkdirAll(filepath.Join(dir, j.category.name, "ground_truth", j.defect), 0o777); err != nil {
			return err
		}
	}
	return nil
}

func (j job) draw(dir string, seed uint64, size int) error {
	root := filepath.Join(dir, j.category.name)
	file := filepath.Join(root, filepath.FromSlash(j.split), fmt.Sprintf("%03d.png", j.index))
	if j.defect == "" {
		return writePicture(file, j.category.sound(seed, j.split, j.index, size), size)
	}
	pix, mask := j.category.damaged(seed, j.defect, j.index, size)
	if err := writePicture(file, pix, size); err != nil {
		return err
	}
	file = filepath.Join(root, "ground_truth", j.defect, fmt.Sprintf("%03d_mask.png", j.index))
	return writePNG(file, &image.Gray{Pix: mask, Stride: size, Rect: image.Rect(0, 0, size, size)})
}

// writePicture writes [size,size,3] bytes as an RGB PNG.
func writePicture(file string, pix []uint8, size int) error {
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	for i := range size * size {
		copy(img.Pix[4*i:], pix[3*i:3*i+3])
		img.Pix[4*i+3] = 255 // an opaque picture is written without an alpha channel
	}
	return writePNG(file, img)
}

func writePNG(file string, img image.Image) error {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return fmt.Errorf("encoding %s: %w", file, err)
	}
	return writeFile(file, b.Bytes())
}

// writeFile writes and syncs a new file.
func writeFile(file string, content []byte) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// syncFolder makes the names in a folder durable.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

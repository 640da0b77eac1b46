// Package gallery draws what runs found: a panel of every test picture, a sheet of the
// hardest ones, and their curves. It brings together what experiments/run has stored
// and what experiments/pictures draws.
package gallery

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/experiments/metric"
	"github.com/cutpaste/cutpaste/experiments/pictures"
	"github.com/cutpaste/cutpaste/experiments/run"
)

// Gallery is one or more runs of the same test pictures, whose maps stand side by
// side. The first one's scores choose and order the pictures. Its zero value has none.
type Gallery struct {
	albums []*run.Album
	figure pictures.Figure
}

// Files are what was drawn.
type Files struct {
	Pictures int      `json:"pictures"`
	Hardest  string   `json:"hardest"` // the contact sheet
	Panels   string   `json:"panels"`  // the folder
	Maps     []string `json:"maps"`    // folders, of each run
	Plots    []string `json:"plots"`
	// Unwritten is how many maps have no file, as not all of their scores are finite.
	Unwritten int `json:"unwritten,omitempty"`
}

// Add adds a run. It fails where its test pictures or their size are not the others'.
func (g *Gallery) Add(album *run.Album) error {
	if len(g.albums) > 0 && !g.albums[0].SamePictures(album) {
		return fmt.Errorf("%s and %s are not of the same test pictures at the same data.size; give runs of one category", g.albums[0].Result.Run, album.Result.Run)
	}
	name := "Grad-CAM"
	if album.Result.Features == run.OfWindows {
		name = "patch map"
	}
	if slices.ContainsFunc(g.figure.Maps, func(m pictures.Map) bool { return m.Title == name }) {
		name = fmt.Sprintf("%s %d", name, len(g.albums)+1)
	}
	m := pictures.Map{Title: name, Scale: pictures.Scale{Low: album.Low, High: album.High}}
	if oracle := album.Result.PixelOracleF1; oracle != nil {
		m.Threshold = &oracle.Threshold
	}
	g.figure.Maps = append(g.figure.Maps, m)
	g.albums = append(g.albums, album)
	if len(g.albums) == 1 {
		g.figure.Threshold = &album.Result.Threshold.Value
	}
	return nil
}

// Draw writes into the folder to, from which it removes what it wrote there before:
// hardest.png, the k hardest pictures of each kind;
// panels/, a panel of every test picture; maps/ (of the second run maps-2/, and so on),
// their maps; and roc.svg, pro.svg and scores.svg, those that are defined. progress
// counts pictures.
func (g *Gallery) Draw(to string, k int, progress func(done, total int)) (files Files, err error) {
	files = Files{Pictures: g.albums[0].Len(), Hardest: filepath.Join(to, "hardest.png"), Panels: filepath.Join(to, "panels")}
	if err := clean(to); err != nil {
		return files, err
	}
	for i := range g.albums {
		folder := "maps"
		if i > 0 {
			folder = fmt.Sprintf("maps-%d", i+1)
		}
		files.Maps = append(files.Maps, filepath.Join(to, folder))
	}
	for i := range files.Pictures {
		if err := g.panel(i, &files); err != nil {
			return files, err
		}
		progress(i+1, files.Pictures)
	}
	if err := g.sheet(k, files.Hardest); err != nil {
		return files, err
	}
	files.Plots, err = g.plots(to)
	return files, err
}

// of is test picture i as the first run scored it.
func (g *Gallery) of(i int) pictures.Case {
	p, score := g.albums[0].Page(i)
	return pictures.Case{Name: p.Path, Defect: p.Defect, Anomalous: p.Anomalous, Score: score}
}

// picture is test picture i with its maps.
func (g *Gallery) picture(i int) (p pictures.Picture, err error) {
	first := g.albums[0]
	p = pictures.Picture{Case: g.of(i)}
	pix, err := first.Pixels(i)
	if err != nil {
		return p, err
	}
	p.Image = &data.Image{W: first.Size, H: first.Size, Pix: pix}
	if p.Mask, err = first.Mask(i); err != nil {
		return p, err
	}
	for _, album := range g.albums {
		m, err := album.Map(i)
		if err != nil {
			return p, err
		}
		p.Maps = append(p.Maps, m)
	}
	return p, nil
}

// panel draws test picture i and keeps its maps.
func (g *Gallery) panel(i int, files *Files) error {
	p, err := g.picture(i)
	if err != nil {
		return err
	}
	for k, album := range g.albums {
		if metric.NotFinite(p.Maps[k]) >= 0 {
			files.Unwritten++
			continue
		}
		file, err := fileOf(files.Maps[k], p.Name)
		if err != nil {
			return err
		}
		if err := pictures.WriteMap(file, p.Maps[k], album.Size, pictures.Scale{Low: album.Least, High: album.Most}); err != nil {
			return err
		}
	}
	file, err := fileOf(files.Panels, p.Name)
	if err != nil {
		return err
	}
	return pictures.Write(file, g.figure.Panel(p))
}

// clean removes what Draw writes, and nothing else.
func clean(to string) error {
	old, err := filepath.Glob(filepath.Join(to, "maps-[0-9]*"))
	if err != nil {
		return err
	}
	for _, name := range []string{"maps", "panels", "hardest.png", "roc.svg", "pro.svg", "scores.svg"} {
		old = append(old, filepath.Join(to, name))
	}
	for _, path := range old {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return nil
}

// fileOf is where something of a test picture goes; its folder is made. The picture's
// extension stays in the name, as 000.png and 000.jpg may be side by side.
func fileOf(folder, path string) (string, error) {
	name := strings.TrimPrefix(path, "test/")
	if filepath.Ext(name) != ".png" {
		name += ".png"
	}
	file := filepath.Join(folder, filepath.FromSlash(name))
	return file, os.MkdirAll(filepath.Dir(file), 0o777)
}

// sheet draws the k hardest pictures of each kind.
func (g *Gallery) sheet(k int, file string) error {
	var cases []pictures.Case
	for i := range g.albums[0].Len() {
		cases = append(cases, g.of(i))
	}
	var err error
	pick := func(indices []int) (out []pictures.Picture) {
		for _, i := range indices {
			p, failed := g.picture(i)
			if failed != nil {
				err = failed
			}
			out = append(out, p)
		}
		return out
	}
	hardest, missed := pictures.Hardest(cases, k)
	normal, anomalous := pick(hardest), pick(missed)
	if err != nil {
		return err
	}
	f := g.figure
	f.Title = g.title()
	return pictures.Write(file, f.Sheet(normal, anomalous))
}

func (g *Gallery) title() string {
	r := g.albums[0].Result
	return fmt.Sprintf("%s, %s, %d updates at %d px", r.Category, r.Variant, r.Steps, r.Size)
}

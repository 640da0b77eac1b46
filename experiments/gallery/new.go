package gallery

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/experiments/pictures"
	"github.com/cutpaste/cutpaste/experiments/run"
)

// New draws new pictures as they are judged.
type New struct {
	folder string
	size   int
	scale  *pictures.Scale // the run's; nil where it has no test pictures
	taken  map[string]bool // names that were given
}

// NewIn draws what a predictor with maps says into a folder, which is made.
func NewIn(folder string, p *run.Predictor) (*New, error) {
	n := &New{folder: folder, size: p.Size(), taken: map[string]bool{}}
	if r, ok := p.Range(); ok {
		n.scale = &pictures.Scale{Low: r.Low, High: r.High}
	}
	return n, os.MkdirAll(folder, 0o777)
}

// Add writes a picture's map and a panel with it, in the colours of the run's own test
// pictures where it has some. Pictures of one name in several folders are numbered.
func (n *New) Add(v run.Verdict) (mapFile, panel string, err error) {
	name := strings.TrimSuffix(filepath.Base(v.Path), filepath.Ext(v.Path))
	for base, k := name, 2; n.taken[name]; k++ {
		name = fmt.Sprintf("%s-%d", base, k)
	}
	n.taken[name] = true
	own := pictures.NewScale()
	own.Include(v.Map)
	mapFile, panel = filepath.Join(n.folder, name+".map.png"), filepath.Join(n.folder, name+".panel.png")
	if err := pictures.WriteMap(mapFile, v.Map, n.size, own); err != nil {
		return "", "", err
	}
	colours := own
	if n.scale != nil {
		colours = *n.scale
	}
	f := pictures.Figure{Maps: []pictures.Map{{Title: "map", Scale: colours}}, Threshold: &v.Threshold}
	return mapFile, panel, pictures.Write(panel, f.Panel(pictures.Picture{
		Case:  pictures.Case{Name: filepath.Base(v.Path), Score: v.Score},
		Image: &data.Image{W: n.size, H: n.size, Pix: v.Picture}, Maps: [][]float32{v.Map},
	}))
}

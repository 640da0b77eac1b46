package data

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"image"
	"os"
	"path"
	"slices"
)

// Report is what Check found out about a category.
type Report struct {
	Root     string `json:"root"`
	Category string `json:"category"`
	// Folders are the counts of train/good and of each test folder, in this
	// order.
	Folders []FolderCount `json:"folders"`
	// Sizes, Formats and Modes count the pictures (not the masks) that can be
	// decoded, the most frequent value first.
	Sizes   []ValueCount `json:"sizes"`   // "1024x1024", upright
	Formats []ValueCount `json:"formats"` // "PNG"
	Modes   []ValueCount `json:"modes"`   // "8-bit RGB"
	// Findings are in the order of the category's files; those about the whole
	// category come first.
	Findings []Finding `json:"findings"`
	// Fingerprint is Category.Fingerprint's, "" if a file cannot be read.
	Fingerprint string `json:"fingerprint"`
}

// FolderCount is how many pictures and masks a folder of pictures has.
type FolderCount struct {
	Folder   string `json:"folder"` // "test/scratch"
	Pictures int    `json:"pictures"`
	Masks    int    `json:"masks"`
}

// ValueCount is a value and how many pictures have it.
type ValueCount struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// Finding is one thing to know about a category. An error would stop training,
// or make its figures wrong; anything else is a note.
type Finding struct {
	Error bool   `json:"error"`
	File  string `json:"file"` // below the category's folder, "" for the whole category
	Text  string `json:"text"` // the rest of the sentence after File
}

// OK is whether no finding is an error.
func (r *Report) OK() bool {
	return !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Error })
}

// CheckOptions say how a category is checked.
type CheckOptions struct {
	Workers   int // 0: as many as there are cores
	MaxPixels int // see Decode
	// Progress, if not nil, is called after each file, one call at a time.
	Progress func(done, total int)
}

// Check reads every picture and mask of a category to its end and reports
// everything that is wrong or worth knowing, where Load stops at the first
// file. Its error is only for what Open refuses and for a cancelled ctx.
func Check(ctx context.Context, root, category string, o CheckOptions) (*Report, error) {
	c, err := Open(root, category)
	if err != nil {
		return nil, err
	}
	k := &checker{category: c, files: c.files(), looks: map[string]*look{}}
	seen := make([]look, len(k.files))
	err = each(ctx, o.Workers, len(k.files), o.Progress, func(i int) error {
		seen[i] = lookAt(k.files[i].path, i >= len(c.Train)+len(c.Test), o.MaxPixels)
		k.files[i].hash = seen[i].hash
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range seen {
		k.looks[k.files[i].path] = &seen[i]
	}
	return k.report(), nil
}

// look is what was seen in one file.
type look struct {
	err         error // of decoding: the rest of a sentence after the file's name
	unreadable  bool  // err is of reading, there is no hash
	hash        [sha256.Size]byte
	format      string
	mode        string
	w, h        int // upright
	orientation int
	marked      int // of a mask: pixels that are not zero
}

func lookAt(name string, mask bool, maxPixels int) look {
	content, err := os.ReadFile(name)
	if err != nil {
		return look{err: fmt.Errorf("cannot be read: %w", err), unreadable: true}
	}
	l := look{hash: sha256.Sum256(content)}
	p, err := decodeBytes(content, maxPixels)
	if err != nil {
		l.err = err
		return l
	}
	b := p.image.Bounds()
	l.format, l.mode, l.orientation = p.format, modeOf(p.image), p.orientation
	l.w, l.h = b.Dx(), b.Dy()
	if p.orientation >= 5 {
		l.w, l.h = l.h, l.w
	}
	if mask {
		for _, on := range nonzero(p.image) {
			if on {
				l.marked++
			}
		}
	}
	return l
}

// modeOf names what a file's pixels are.
func modeOf(img image.Image) string {
	alpha := ""
	if o, ok := img.(interface{ Opaque() bool }); ok && !o.Opaque() {
		alpha = " with alpha"
	}
	switch img.(type) {
	case *image.Gray:
		return "8-bit grey"
	case *image.Gray16:
		return "16-bit grey"
	case *image.Paletted:
		return "palette" + alpha
	case *image.CMYK:
		return "CMYK"
	case *image.RGBA64, *image.NRGBA64:
		return "16-bit RGB" + alpha
	}
	return "8-bit RGB" + alpha
}

// checker turns what was seen into a report.
type checker struct {
	category *Category
	files    []file
	looks    map[string]*look // by path
	r        Report
}

func (k *checker) add(isError bool, file, format string, args ...any) {
	k.r.Findings = append(k.r.Findings, Finding{isError, file, fmt.Sprintf(format, args...)})
}

func (k *checker) report() *Report {
	c := k.category
	k.r = Report{Root: c.Root, Category: c.Name, Findings: []Finding{}} // none is [] in JSON
	for _, note := range c.Notes {
		k.add(false, "", "%s", note)
	}
	k.count()
	k.wholeCategory()
	for _, it := range slices.Concat(c.Train, c.Test) {
		k.picture(it)
	}
	for _, it := range c.Test {
		if it.Mask != "" {
			k.mask(it)
		}
	}
	k.duplicates()
	if !slices.ContainsFunc(k.files, func(f file) bool { return k.looks[f.path].unreadable }) {
		k.r.Fingerprint = fingerprint(k.files)
	}
	return &k.r
}

// count fills in the counts of folders, sizes, formats and modes.
func (k *checker) count() {
	at := map[string]int{} // index in k.r.Folders
	sizes, formats, modes := map[string]int{}, map[string]int{}, map[string]int{}
	for _, it := range slices.Concat(k.category.Train, k.category.Test) {
		folder := path.Dir(it.Rel)
		if _, ok := at[folder]; !ok {
			at[folder] = len(k.r.Folders)
			k.r.Folders = append(k.r.Folders, FolderCount{Folder: folder})
		}
		f := &k.r.Folders[at[folder]]
		f.Pictures++
		if it.Mask != "" {
			f.Masks++
		}
		if l := k.looks[it.Path]; l.err == nil {
			sizes[fmt.Sprintf("%dx%d", l.w, l.h)]++
			formats[l.format]++
			modes[l.mode]++
		}
	}
	k.r.Sizes, k.r.Formats, k.r.Modes = byCount(sizes), byCount(formats), byCount(modes)
}

func byCount(counts map[string]int) []ValueCount {
	var out []ValueCount
	for value, n := range counts {
		out = append(out, ValueCount{value, n})
	}
	slices.SortFunc(out, func(a, b ValueCount) int {
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.Value, b.Value))
	})
	return out
}

// wholeCategory adds what no single file is to blame for.
func (k *checker) wholeCategory() {
	normal, anomalous := 0, 0
	for _, it := range k.category.Test {
		if it.Anomalous {
			anomalous++
		} else {
			normal++
		}
	}
	switch {
	case normal+anomalous == 0: // a note of Open's
	case anomalous == 0:
		k.add(false, "", "there is no anomalous test picture: AUROC is undefined")
	case normal == 0:
		k.add(false, "", "there is no normal test picture (test/good): AUROC is undefined")
	}
	turned, oblong := 0, 0
	for _, it := range slices.Concat(k.category.Train, k.category.Test) {
		l := k.looks[it.Path]
		if l.orientation > 1 {
			turned++
		}
		if l.w != l.h {
			oblong++
		}
	}
	if turned > 0 {
		k.add(false, "", "%s turned upright as EXIF says", count(turned, "picture"))
	}
	if oblong > 0 {
		k.add(false, "", "%s not square: squeezed into a square of data.size", count(oblong, "picture"))
	}
}

// picture adds what is wrong with one picture by itself.
func (k *checker) picture(it Item) {
	l := k.looks[it.Path]
	if l.err != nil {
		k.add(true, it.Rel, "%v", l.err)
		return
	}
	if named := formatOfName(it.Path); named != l.format {
		k.add(false, it.Rel, "is a %s, not the %s that its name says: it is read as what it is", l.format, named)
	}
}

// mask adds what is wrong with the mask of a picture.
func (k *checker) mask(it Item) {
	l, p, rel := k.looks[it.Mask], k.looks[it.Path], maskRel(it)
	if l.err != nil {
		k.add(true, rel, "%v", l.err)
		return
	}
	if p.err == nil && (l.w != p.w || l.h != p.h) {
		k.add(true, rel, "has %d x %d pixels and its picture %d x %d: make them the same size", l.w, l.h, p.w, p.h)
	}
	if l.format == "JPEG" {
		k.add(false, rel, "is a JPEG, whose noise around edges counts as marked: save masks as PNG")
	}
	switch {
	case it.Anomalous && l.marked == 0:
		k.add(false, rel, "marks no pixel: its picture counts in image metrics and adds no region to pixel metrics")
	case !it.Anomalous && l.marked > 0:
		k.add(true, rel, "marks %s of a picture in test/good: move the picture to a folder of defects or remove the mask", count(l.marked, "pixel"))
	}
}

// duplicates compares the files' hashes. A picture that is trained on and
// tested on, or is tested as both normal and anomalous, makes figures wrong.
func (k *checker) duplicates() {
	const training, testing = "training", "testing"
	first := map[[sha256.Size]byte]Item{}
	twice := func(items []Item, in string) { // in: what they are for
		for _, it := range items {
			l := k.looks[it.Path]
			if l.err != nil {
				continue
			}
			old, ok := first[l.hash]
			switch {
			case !ok:
				first[l.hash] = it
			case path.Dir(old.Rel) == "train/"+Good && in == testing:
				k.add(true, it.Rel, "is the same file as %s: a picture that is trained on must not be tested on", old.Rel)
			case old.Anomalous != it.Anomalous:
				k.add(true, it.Rel, "is the same file as %s: it cannot be both normal and anomalous", old.Rel)
			default:
				k.add(false, it.Rel, "is the same file as %s: it counts twice in %s", old.Rel, in)
			}
		}
	}
	twice(k.category.Train, training)
	twice(k.category.Test, testing)
}

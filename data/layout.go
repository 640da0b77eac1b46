package data

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/configs/say"
)

// Good is the folder name, and so the Item.Defect, of normal pictures.
const Good = "good"

// Item is one picture of a category.
type Item struct {
	Path      string // where the file is
	Rel       string // below the category's folder, with slashes: "test/scratch/004.png"
	Defect    string // its folder's name; Good for a normal picture
	Anomalous bool   // Defect is not Good
	Mask      string // path of the picture of its defect, "" if there is none
}

// Category is one folder of MVTec's layout. Train holds at least two normal
// pictures. Test is empty when the category has no test folder. Both are
// sorted by the bytes of Rel.
type Category struct {
	Root, Name  string
	Train, Test []Item
	// Notes are sentences about what was left out or is missing, which do not
	// stop anything: masks without a picture, anomalous pictures without a mask.
	Notes []string
}

// Dir is the category's own folder.
func (c *Category) Dir() string { return filepath.Join(c.Root, c.Name) }

// Categories lists the folders (and links to folders) in root that have a
// train/good folder, sorted. It is an error if root is no readable folder, and
// none if it holds no category.
func Categories(root string) ([]string, error) {
	entries, err := readRoot(root)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if !hidden(e.Name()) && isDir(filepath.Join(root, e.Name(), "train", Good)) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// Open reads the layout of one category. It does not look into the files:
// Check does. Files that are no PNG, JPEG, BMP or TIFF by their names
// (Thumbs.db, .DS_Store, notes) are ignored.
//
// A wrong root or category is a *configs.Error; a folder that cannot be read,
// or fewer than two pictures in train/good, is an error of another kind.
func Open(root, category string) (*Category, error) {
	if err := checkNames(root, category); err != nil {
		return nil, err
	}
	c := &Category{Root: root, Name: category}
	if err := c.readTrain(); err != nil {
		return nil, err
	}
	if err := c.readTest(); err != nil {
		return nil, err
	}
	if err := c.readMasks(); err != nil {
		return nil, err
	}
	return c, nil
}

// Folder lists the pictures directly in a folder, sorted, as items without a
// mask: Rel is the file's name and Defect the folder's. It follows the same
// rules as train/good: hidden files and files without a picture's extension
// are ignored.
func Folder(path string) ([]Item, error) {
	l, err := list(path)
	if err != nil {
		return nil, fmt.Errorf("the folder %s cannot be read: %w", path, err)
	}
	return items(path, "", filepath.Base(path), l.pictures), nil
}

func (c *Category) readTrain() error {
	train := filepath.Join(c.Dir(), "train")
	dir := filepath.Join(train, Good)
	l, err := list(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("category %q has no train/good folder: put its normal pictures into %s", c.Name, dir)
	case err != nil:
		return fmt.Errorf("the folder %s of category %q cannot be read: %w", dir, c.Name, err)
	case len(l.pictures) == 0:
		return fmt.Errorf("category %q has no picture to train on: %s holds no PNG, JPEG, BMP or TIFF%s", c.Name, dir, l.instead())
	case len(l.pictures) == 1:
		return fmt.Errorf("category %q has a single normal picture (%s): a density of normal pictures needs at least two in %s", c.Name, l.pictures[0], dir)
	}
	c.Train = items(dir, "train/"+Good, Good, l.pictures)
	c.noteLeftOut("train/"+Good, l)

	siblings, err := list(train)
	if err != nil {
		return fmt.Errorf("the folder %s of category %q cannot be read: %w", train, c.Name, err)
	}
	siblings.folders = slices.DeleteFunc(siblings.folders, func(name string) bool { return name == Good })
	siblings.unread = append(siblings.unread, siblings.pictures...)
	c.noteLeftOut("train", siblings)
	return nil
}

func (c *Category) readTest() error {
	test := filepath.Join(c.Dir(), "test")
	l, err := list(test)
	if errors.Is(err, fs.ErrNotExist) {
		c.note("there is no test folder: nothing can be evaluated")
		return nil
	}
	if err != nil {
		return fmt.Errorf("the folder %s of category %q cannot be read: %w", test, c.Name, err)
	}
	if len(l.pictures) > 0 {
		c.note("test: %s outside the folders of defects, left out (%s)", count(len(l.pictures), "picture"), say.Names(l.pictures))
	}
	for _, defect := range l.folders {
		dir := filepath.Join(test, defect)
		d, err := list(dir)
		if err != nil {
			return fmt.Errorf("the folder %s of category %q cannot be read: %w", dir, c.Name, err)
		}
		c.Test = append(c.Test, items(dir, "test/"+defect, defect, d.pictures)...)
		c.noteLeftOut("test/"+defect, d)
	}
	slices.SortFunc(c.Test, func(a, b Item) int { return strings.Compare(a.Rel, b.Rel) })
	if len(c.Test) == 0 {
		c.note("the test folder holds no pictures: nothing can be evaluated")
	}
	return nil
}

// noteLeftOut says which folders and pictures of unknown formats in rel are
// not read, so that nobody misses pictures without knowing why.
func (c *Category) noteLeftOut(rel string, l listing) {
	if len(l.folders) > 0 {
		c.note("%s: %s inside left out (%s)", rel, count(len(l.folders), "folder"), say.Names(l.folders))
	}
	if len(l.unread) > 0 {
		c.note("%s: %s left out (%s)", rel, count(len(l.unread), "picture"), say.Names(l.unread))
	}
}

func (c *Category) note(format string, args ...any) {
	c.Notes = append(c.Notes, fmt.Sprintf(format, args...))
}

// items makes the items of one folder. rel is "" for a folder that is no part
// of a category.
func items(dir, rel, defect string, names []string) []Item {
	out := make([]Item, len(names))
	for i, name := range names {
		out[i] = Item{Path: filepath.Join(dir, name), Rel: name, Defect: defect}
		if rel != "" {
			out[i].Rel = rel + "/" + name
			out[i].Anomalous = defect != Good
		}
	}
	return out
}

// listing is what a folder holds, each list sorted by bytes.
type listing struct {
	pictures []string // by their extension
	unread   []string // pictures of formats that are not read, by their extension
	others   []string // every other visible file
	folders  []string // folders and links to folders
}

// instead says what a folder without pictures holds, as the end of a sentence.
func (l listing) instead() string {
	switch {
	case len(l.unread) > 0:
		return fmt.Sprintf(" (convert %s to PNG)", say.Names(l.unread))
	case len(l.folders) > 0:
		return fmt.Sprintf(" itself, only folders (%s)", say.Names(l.folders))
	case len(l.others) > 0:
		return fmt.Sprintf(", only %s", say.Names(l.others))
	}
	return " (it is empty)"
}

// list reads a folder. Hidden entries are skipped: macOS leaves "._000.png"
// files beside pictures that are no pictures.
func list(dir string) (listing, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return listing{}, err
	}
	var l listing
	for _, e := range entries { // sorted by os.ReadDir
		name := e.Name()
		switch {
		case hidden(name):
		case e.IsDir() || e.Type()&fs.ModeSymlink != 0 && isDir(filepath.Join(dir, name)):
			l.folders = append(l.folders, name)
		case !e.Type().IsRegular() && e.Type()&fs.ModeSymlink == 0:
			// a pipe or a socket: reading one would wait for ever
		case formatOfName(name) != "":
			l.pictures = append(l.pictures, name)
		case slices.Contains(unreadExtensions, extension(name)):
			l.unread = append(l.unread, name)
		default:
			l.others = append(l.others, name)
		}
	}
	return l, nil
}

func hidden(name string) bool { return strings.HasPrefix(name, ".") }

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// count is a number and its noun: "1 picture", "2 pictures".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

package data

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/google/renameio/v2"

	"github.com/cutpaste/cutpaste/configs/cachedir"
)

// decoderVersion names what turns a file into cached bytes: this number, to be
// raised with any change to Decode, Resize or golang.org/x/image, and Go's
// version, as PNG and JPEG are decoded by its standard library.
var decoderVersion = "1 " + runtime.Version()

// CacheFolder is the folder for data.cache: "" for "off" (and ""), the folder
// itself, or for "auto" the folder pictures in $CUTPASTE_CACHE or, where that
// is not set, in the folder cutpaste of the user's cache folder.
func CacheFolder(setting string) (string, error) {
	switch setting {
	case "", "off":
		return "", nil
	case "auto":
		return cachedir.Of("pictures")
	}
	return setting, nil
}

// cache is the cache file of one folder of pictures at one size. One file for
// all of them loads as fast as the disk reads, where hundreds of small ones
// would cost an open each. It is
//
//	magic, 8 bytes | length of the table, uint32 | its CRC-32C, uint32
//	table, JSON: the decoder's version; each picture's path, time, size, CRC-32C
//	pictures, [S,S,3] each, in the table's order
//
// A record is used if its picture's file still has the time and size it had,
// so one changed file costs one decoding. The file is only ever replaced as a
// whole. A file that is too short, too long or has a wrong checksum is no
// cache; a record with a wrong checksum is no record.
type cache struct {
	path    string
	folder  string // the pictures' common folder, which the table's paths start from
	record  int    // bytes of a picture
	file    *os.File
	start   int64 // of the first picture
	entries map[string]entry
}

const cacheMagic = "cpastec1"

// cacheHeader is the length of what stands before the table.
const cacheHeader = len(cacheMagic) + 4 + 4

type cacheTable struct {
	Decoder string  `json:"decoder"`
	Entries []entry `json:"entries"`
}

type entry struct {
	Path string `json:"path"`
	stamp
	CRC   uint32 `json:"crc"`
	index int
}

// stamp is how a changed file is noticed.
type stamp struct {
	Modified int64 `json:"modified"` // nanoseconds since 1970
	Bytes    int64 `json:"bytes"`
}

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{Bytes: -1} // matches nothing; decoding will say what is wrong
	}
	return stamp{info.ModTime().UnixNano(), info.Size()}
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// openCache opens the cache file for items, without any record if it is not
// there yet. It returns nil if there is to be no cache, and a note if that was
// not wanted.
func openCache(setting string, items []Item, size int) (*cache, string) {
	dir, err := CacheFolder(setting)
	if err != nil {
		return nil, fmt.Sprintf("decoded pictures are not cached (%v): set data.cache to a folder, or to off", err)
	}
	if dir == "" || len(items) == 0 {
		return nil, ""
	}
	folder, err := commonFolder(items)
	if err != nil {
		return nil, fmt.Sprintf("decoded pictures are not cached: %v", err)
	}
	name := sha256.Sum256([]byte(folder))
	c := &cache{
		path:   filepath.Join(dir, fmt.Sprintf("%x-%d.pictures", name[:10], size)),
		folder: folder,
		record: 3 * size * size,
	}
	err = c.open()
	switch {
	case err == nil || errors.Is(err, fs.ErrNotExist):
		return c, ""
	case errors.Is(err, errDamaged):
		return c, fmt.Sprintf("the cache file %s was damaged (%v): its pictures are decoded again", c.path, err)
	}
	return c, fmt.Sprintf("the cache file %s cannot be read (%v): its pictures are decoded again", c.path, err)
}

var errDamaged = errors.New("not as it was written")

// open reads the table. The file stays open, so that another process that
// replaces it meanwhile does no harm.
func (c *cache) open() error {
	f, err := os.Open(c.path)
	if err != nil {
		return err
	}
	table, start, err := readTable(f, c.record)
	if err != nil {
		f.Close()
		return err
	}
	c.file, c.start, c.entries = f, start, map[string]entry{}
	if table.Decoder != decoderVersion {
		return nil // all records are of no use; write replaces the file
	}
	for i, e := range table.Entries {
		e.index = i
		c.entries[e.Path] = e
	}
	return nil
}

func readTable(f *os.File, record int) (table cacheTable, start int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return table, 0, err
	}
	head := make([]byte, cacheHeader)
	if _, err := io.ReadFull(f, head); err != nil {
		return table, 0, fmt.Errorf("%w: it has no header", errDamaged)
	}
	length := int64(binary.LittleEndian.Uint32(head[len(cacheMagic):]))
	start = int64(cacheHeader) + length
	if string(head[:len(cacheMagic)]) != cacheMagic || start > info.Size() {
		return table, 0, fmt.Errorf("%w: its header is wrong", errDamaged)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(f, text); err != nil {
		return table, 0, err
	}
	if crc32.Checksum(text, castagnoli) != binary.LittleEndian.Uint32(head[len(cacheMagic)+4:]) {
		return table, 0, fmt.Errorf("%w: the checksum of its table is wrong", errDamaged)
	}
	if err := json.Unmarshal(text, &table); err != nil {
		return table, 0, fmt.Errorf("%w: its table cannot be read: %w", errDamaged, err)
	}
	if want := start + int64(len(table.Entries))*int64(record); info.Size() != want {
		return table, 0, fmt.Errorf("%w: it has %d bytes instead of %d", errDamaged, info.Size(), want)
	}
	return table, start, nil
}

func (c *cache) close() {
	if c.file != nil {
		c.file.Close()
	}
}

// What looking for a picture in the cache came to.
type lookup int

const (
	miss lookup = iota
	hit
	corrupt
)

// read fills dst with a picture if it is there and unchanged. On anything but
// a hit dst may hold anything.
func (c *cache) read(path string, s stamp, dst []uint8) lookup {
	rel, err := c.rel(path)
	if err != nil {
		return miss
	}
	e, ok := c.entries[rel]
	if !ok || e.stamp != s {
		return miss
	}
	return c.readRecord(e, dst)
}

func (c *cache) readRecord(e entry, dst []uint8) lookup {
	if _, err := c.file.ReadAt(dst, c.start+int64(e.index)*int64(c.record)); err != nil {
		return corrupt
	}
	if crc32.Checksum(dst, castagnoli) != e.CRC {
		return corrupt
	}
	return hit
}

// write replaces the cache file by one with the pictures of p, and those of
// the old one that p does not hold but whose files are still as they were.
func (c *cache) write(p *Pictures, stamps []stamp) (err error) {
	table := cacheTable{Decoder: decoderVersion}
	var records [][]uint8
	add := func(path string, s stamp, pix []uint8) {
		table.Entries = append(table.Entries, entry{Path: path, stamp: s, CRC: crc32.Checksum(pix, castagnoli)})
		records = append(records, pix)
	}
	held := map[string]bool{}
	for i, it := range p.Items {
		rel, err := c.rel(it.Path)
		if err != nil {
			return err
		}
		if !held[rel] && stamps[i].Bytes >= 0 {
			held[rel] = true
			add(rel, stamps[i], p.At(i))
		}
	}
	for rel, e := range c.entries {
		if held[rel] || stampOf(filepath.Join(c.folder, filepath.FromSlash(rel))) != e.stamp {
			continue
		}
		if pix := make([]uint8, c.record); c.readRecord(e, pix) == hit {
			add(rel, e.stamp, pix)
		}
	}

	if err := os.MkdirAll(filepath.Dir(c.path), 0o755); err != nil {
		return err
	}
	f, err := renameio.NewPendingFile(c.path, renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer func() {
		if cleanup := f.Cleanup(); err == nil { // does nothing after a replacement
			err = cleanup
		}
	}()
	text, err := json.Marshal(table)
	if err != nil {
		return err
	}
	var head bytes.Buffer
	head.WriteString(cacheMagic)
	head.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(text))))
	head.Write(binary.LittleEndian.AppendUint32(nil, crc32.Checksum(text, castagnoli)))
	head.Write(text)
	for _, part := range append([][]uint8{head.Bytes()}, records...) {
		if _, err := f.Write(part); err != nil {
			return err
		}
	}
	return f.CloseAtomicallyReplace()
}

// rel is a picture's path from the common folder, with slashes.
func (c *cache) rel(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	rel, err := filepath.Rel(c.folder, abs)
	return filepath.ToSlash(rel), err
}

// commonFolder is the deepest folder that all items are in: one cache file is
// for one such folder.
func commonFolder(items []Item) (string, error) {
	common := ""
	for i, it := range items {
		abs, err := filepath.Abs(it.Path)
		if err != nil {
			return "", err
		}
		dir := filepath.Dir(abs)
		if i == 0 {
			common = dir
		}
		for common != dir && !strings.HasPrefix(dir, strings.TrimSuffix(common, string(filepath.Separator))+string(filepath.Separator)) {
			parent := filepath.Dir(common)
			if parent == common {
				return "", fmt.Errorf("%s and %s have no folder in common", items[0].Path, it.Path)
			}
			common = parent
		}
	}
	return common, nil
}

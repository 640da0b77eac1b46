package safetensors

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	format "github.com/nlpodyssey/safetensors"
)

// raw makes a file's bytes of a header and data.
func raw(header, data string) string {
	return string(binary.LittleEndian.AppendUint64(nil, uint64(len(header)))) + header + data
}

func TestReadRefuses(t *testing.T) {
	good := raw(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}`, "xy")
	length := func(n uint64) string { return string(binary.LittleEndian.AppendUint64(nil, n)) }
	for _, c := range []struct{ name, content, want string }{
		{"empty", "", "only 0 bytes"},
		{"shorter than a length", "1234567", "only 7 bytes"},
		{"header cut off", good[:20], "cut off"},
		{"data cut off", good[:len(good)-1], "damaged"},
		{"data too long", good + "z", "damaged"},
		{"header length of all ones", length(1<<64-1) + good[8:], "cut off"},
		{"header length that overflows with 8", length(1<<64-8) + good[8:], "cut off"},
		{"header over the limit", length(maxHeader+1) + strings.Repeat(" ", maxHeader+1), "more than"},
		{"another format", "\x89PNG\r\n\x1a\n" + strings.Repeat("x", 100), "not a safetensors file"},
		{"no JSON", raw("{{", ""), "not JSON"},
		{"comma at the end", raw(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},}`, "x"), "not JSON from byte 53 on"},
		{"no comma", raw(`{"__metadata__":{}"__metadata__":{}}`, ""), "not JSON"},
		{"no colon", raw(`{"a"{}}`, ""), "not JSON"},
		{"control character", raw("{\"a\n\":{}}", ""), "not JSON"},
		{"escape that is none", raw(`{"a\x":{}}`, ""), "not JSON"},
		{"text without end", raw(`{"a\"`, ""), "not JSON"},
		{"same name escaped", raw(`{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\u0061":{}}`, ""), `"a" twice`},
		{"zero before a number", raw(`{"a":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}}`, "x"), "whole numbers"},
		{"number beyond 64 bits", raw(`{"a":{"dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,1]}}`, "x"), "whole numbers"},
		{"comma in a list", raw(`{"a":{"dtype":"U8","shape":[1,],"data_offsets":[0,1]}}`, "x"), "whole numbers"},
		{"cut within", raw(`{"a":{"dtype":"U8"`, ""), "not JSON"},
		{"null", raw("null", ""), "not a JSON object"},
		{"list", raw("[]", ""), "not a JSON object"},
		{"no header", raw("", ""), "not a JSON object"},
		{"two objects", raw("{}{}", ""), "behind its end"},
		{"not UTF-8", raw("{\"\xff\":{}}", ""), "UTF-8"},
		{"deeply nested", raw(`{"a":`+strings.Repeat("[", 1<<20), ""), `tensor "a" is not described`},
		{"name twice", raw(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}`, "xy"), "twice"},
		{"tensor without fields", raw(`{"a":{}}`, ""), `"a"`},
		{"tensor null", raw(`{"a":null}`, ""), `"a"`},
		{"unknown type", raw(`{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,1]}}`, "x"), "F31"},
		{"wrong bytes for type", raw(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,2]}}`, "xy"), "damaged"},
		{"overlap", raw(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, "xyz"), "damaged"},
		{"same bytes twice", raw(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}`, "xy"), "damaged"},
		{"gap", raw(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}`, "xyz"), "damaged"},
		{"offsets backwards", raw(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[2,0]}}`, "xy"), "damaged"},
		{"offset negative", raw(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[-2,0]}}`, "xy"), "damaged"},
		{"offset beyond the end", raw(`{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}`, "xy"), "damaged"},
		{"shape overflows to 0", raw(`{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, ""), "impossible shape"},
		{"shape overflows int", raw(`{"a":{"dtype":"U8","shape":[0,18446744073709551615],"data_offsets":[0,0]}}`, ""), "impossible"},
		{"shape negative", raw(`{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}}`, ""), "damaged"},
		{"shape no list", raw(`{"a":{"dtype":"U8","shape":null,"data_offsets":[0,1]}}`, "x"), "damaged"},
		{"metadata no text", raw(`{"__metadata__":{"a":1}}`, ""), `metadata have "a", which is no text`},
		{"metadata no object", raw(`{"__metadata__":[]}`, ""), "metadata are not a JSON object"},
		{"metadata with a name twice", raw(`{"__metadata__":{"a":"","a":""}}`, ""), "twice"},
		{"metadata twice", raw(`{"__metadata__":{},"__metadata__":{}}`, ""), "twice"},
		{"member twice", raw(`{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, "x"), "each once"},
		{"unknown member", raw(`{"a":{"dtype":"U8","Shape":[1],"data_offsets":[0,1]}}`, "x"), `unknown member "Shape"`},
		{"type no text", raw(`{"a":{"dtype":7,"shape":[1],"data_offsets":[0,1]}}`, "x"), "no text"},
		{"shape of texts", raw(`{"a":{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}}`, "x"), "whole numbers"},
		{"65 dimensions", raw(`{"a":{"dtype":"U8","shape":[`+strings.Repeat("1,", 64)+`1],"data_offsets":[0,1]}}`, "x"), "at most 64 whole numbers"},
		{"one offset", raw(`{"a":{"dtype":"U8","shape":[0],"data_offsets":[0]}}`, ""), "not two"},
		{"three offsets", raw(`{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0,0]}}`, ""), "at most 2 whole numbers"},
		{"name of 1001 bytes", raw(`{"`+strings.Repeat("a", 1001)+`":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, "x"), "by 1001 bytes"},
	} {
		path := filepath.Join(t.TempDir(), "x.safetensors")
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Read(path)
		if err == nil {
			t.Errorf("%s: read as %v", c.name, f)
		} else if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %q, want the file and %q", c.name, err, c.want)
		}
	}
	for _, path := range []string{t.TempDir(), filepath.Join(t.TempDir(), "missing")} {
		if _, err := Read(path); err == nil || strings.Count(err.Error(), path) != 1 {
			t.Errorf("error %v, want %s named once", err, path)
		}
	}
}

// FuzzParse: whatever the bytes, parse neither panics nor dawdles, and what it
// accepts fits together and is what the library reads too.
func FuzzParse(f *testing.F) {
	good, err := os.ReadFile(fixture)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(raw(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}`, "xy")))
	f.Add([]byte(raw(` { "\u0061" : { "shape" : [ ] , "dtype" : "U8" , "data_offsets" : [ 0 , 1 ] } , "__metadata__" : { "\\" : "\ud83d\ude00" } } `, "x")))
	f.Fuzz(func(t *testing.T, b []byte) {
		start := time.Now()
		file, err := parse(bytes.NewReader(b), int64(len(b)))
		if took := time.Since(start); took > 5*time.Second { // microseconds, on a machine that is not busy
			t.Errorf("%d bytes took %s", len(b), took)
		}
		if err != nil {
			return
		}
		header, other, err := format.ReadMetadata(b)
		if err != nil || len(other.Tensors()) != len(file.Tensors) || !maps.Equal(other.Metadata(), file.Meta) {
			t.Fatalf("the library reads %v, %v; want %v", other, err, file)
		}
		numbers := 0
		for _, x := range file.Tensors {
			if err := x.check(); err != nil {
				t.Error(err)
			}
			theirs := other.Tensors()[x.Name]
			if theirs == nil || theirs.DType.String() != x.DType || fmt.Sprint(theirs.Shape) != fmt.Sprint(x.Shape) || theirs.DataOffsets[1]-theirs.DataOffsets[0] != uint64(len(x.Data)) {
				t.Errorf("the library reads %v; want %v", theirs, x)
			}
			numbers += len(x.Data)
		}
		if 8+int(header)+numbers != len(b) {
			t.Errorf("%d bytes of tensors after a header of %d in %d bytes", numbers, header, len(b))
		}
	})
}

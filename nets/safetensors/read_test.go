package safetensors

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
		{"null", raw("null", ""), "not a JSON object"},
		{"list", raw("[]", ""), "not a JSON object"},
		{"no header", raw("", ""), "not a JSON object"},
		{"two objects", raw("{}{}", ""), "damaged"},
		{"not UTF-8", raw("{\"\xff\":{}}", ""), "UTF-8"},
		{"deeply nested", raw(`{"a":`+strings.Repeat("[", 1<<20), ""), "not JSON"},
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
		{"metadata no text", raw(`{"__metadata__":{"a":1}}`, ""), "damaged"},
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

// FuzzParse: whatever the bytes, parse does not panic, and what it accepts fits together.
func FuzzParse(f *testing.F) {
	good, err := os.ReadFile(fixture)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(raw(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}`, "xy")))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := parse(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		numbers := 0
		for _, x := range file.Tensors {
			if err := x.check(); err != nil {
				t.Error(err)
			}
			numbers += len(x.Data)
		}
		if header := int(binary.LittleEndian.Uint64(b)); 8+header+numbers != len(b) {
			t.Errorf("%d bytes of tensors after a header of %d in %d bytes", numbers, header, len(b))
		}
	})
}

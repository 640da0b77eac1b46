// Command lint checks which package imports which, against the directions in
// rules.go:
//
//	go run ./tools/lint
//
// It prints a line for every import that goes the wrong way and exits with 1,
// or prints nothing and exits with 0.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

func main() {
	list, err := packages()
	if err != nil {
		fmt.Fprintln(os.Stderr, "lint:", err)
		os.Exit(1)
	}
	wrong := check(list)
	for _, sentence := range wrong {
		fmt.Println(sentence)
	}
	if len(wrong) > 0 {
		os.Exit(1)
	}
}

// packages lists every package of the module. Listing compiles nothing, so it
// works without libtorch.
func packages() ([]pkg, error) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", module+"...")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, strings.TrimSpace(said.String()))
	}
	return decode(bytes.NewReader(out))
}

// decode reads the JSON objects that go list writes one after the other.
func decode(r io.Reader) ([]pkg, error) {
	var list []pkg
	for dec := json.NewDecoder(r); ; {
		var p pkg
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, fmt.Errorf("go list wrote what is not JSON: %w", err)
		}
		list = append(list, p)
	}
}

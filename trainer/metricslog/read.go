package metricslog

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// read returns the rows up to the update lastUpdate, and how many bytes of the
// file they and the header take; 0 bytes are a file without a whole header, or
// none. Lines after those rows are not looked at: whoever resumes writes them
// again. A header other than the given one is an error, unless that is "".
func read(path, header string, lastUpdate int) (*Table, int64, error) {
	table := &Table{}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return table, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()

	var size int64
	lines := bufio.NewReader(f)
	for number := 1; ; number++ {
		line, err := lines.ReadString('\n')
		if err == io.EOF { // what is without its end was cut off
			return table, size, nil
		}
		if err != nil {
			return nil, 0, err
		}
		length := int64(len(line))
		line = strings.TrimSuffix(line, "\n")
		if number == 1 {
			if header != "" && line != header {
				return nil, 0, fmt.Errorf("%s has the columns %s, but this program writes %s: resume with the program that wrote it, or start a new run", path, line, header)
			}
			table.Columns = strings.Split(line, ",")
		} else {
			row, err := table.parse(line)
			if err != nil {
				return nil, 0, fmt.Errorf("line %d of %s is damaged: %w; repair it, or start a new run", number, path, err)
			}
			if row[0] > float64(lastUpdate) {
				return table, size, nil
			}
			table.Rows = append(table.Rows, row)
		}
		size += length
	}
}

// parse reads the table's next row.
func (t *Table) parse(line string) ([]float64, error) {
	fields := strings.Split(line, ",")
	if len(fields) != len(t.Columns) {
		return nil, fmt.Errorf("it has %d fields under %d columns", len(fields), len(t.Columns))
	}
	var previous int64
	if n := len(t.Rows); n > 0 {
		previous = int64(t.Rows[n-1][0])
	}
	update, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil || update <= previous {
		return nil, fmt.Errorf("update %q follows update %d", fields[0], previous)
	}
	row := make([]float64, len(fields))
	row[0] = float64(update)
	for i := 1; i < len(row); i++ {
		if row[i], err = strconv.ParseFloat(fields[i], 64); err != nil {
			return nil, fmt.Errorf("%q is not a number", fields[i])
		}
	}
	return row, nil
}

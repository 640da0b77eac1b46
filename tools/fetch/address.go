package fetch

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
)

// Size asks how many bytes the file at f.Address has, where that is not pinned.
func (s *Source) Size(ctx context.Context, f File) (bytes int64, err error) {
	err = s.persist(ctx, f.Name, f.otherwise(), func() (bool, error) {
		bytes, err = s.head(ctx, f)
		return false, err
	})
	return bytes, err
}

// head asks for the headers alone or, where a server allows only downloads, begins
// one and reads none of it.
func (s *Source) head(ctx context.Context, f File) (int64, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.Stall, errAgain{errors.New("no answer for " + s.Stall.String())})
	defer cancel()
	resp, err := s.headers(ctx, http.MethodHead, f.Address)
	if err == nil && slices.Contains([]int{http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusNotImplemented}, resp.StatusCode) {
		resp, err = s.headers(ctx, http.MethodGet, f.Address)
	}
	if err != nil {
		return 0, err
	}
	if resp.StatusCode != http.StatusOK {
		return 0, status(resp, f.otherwise())
	}
	n, err := strconv.ParseInt(resp.Header.Get("Content-Length"), 10, 64)
	if err != nil || n <= 0 {
		return 0, errors.New("the server does not say how many bytes it has; " + f.otherwise())
	}
	return n, nil
}

// headers is the answer to a request, of which nothing but the headers is of use.
func (s *Source) headers(ctx context.Context, method, address string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept-Encoding", "identity") // the file's own bytes are counted
	resp, err := s.Client.Do(req)
	if err != nil {
		return nil, cause(ctx, err)
	}
	_ = resp.Body.Close() // which ends a download
	return resp, nil
}

// AllowFiles lets addresses be those of files, file:///folder/name. It is for a
// Source of New, once.
func (s *Source) AllowFiles() {
	s.Client.Transport.(*http.Transport).RegisterProtocol("file", http.NewFileTransport(http.Dir("/")))
}

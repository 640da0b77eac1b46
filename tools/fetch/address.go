package fetch

import (
	"context"
	"errors"
	"net/http"
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

func (s *Source) head(ctx context.Context, f File) (int64, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.Stall, errAgain{errors.New("no answer for " + s.Stall.String())})
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, f.Address, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Accept-Encoding", "identity") // the file's own bytes are counted
	resp, err := s.Client.Do(req)
	if err != nil {
		return 0, cause(ctx, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return 0, status(resp, f.otherwise())
	}
	n, err := strconv.ParseInt(resp.Header.Get("Content-Length"), 10, 64)
	if err != nil || n <= 0 {
		return 0, errors.New("the server does not say how many bytes it has; " + f.otherwise())
	}
	return n, nil
}

// AllowFiles lets addresses be those of files, file:///folder/name. It is for a
// Source of New, once.
func (s *Source) AllowFiles() {
	s.Client.Transport.(*http.Transport).RegisterProtocol("file", http.NewFileTransport(http.Dir("/")))
}

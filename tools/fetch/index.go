package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// acceptPage asks for JSON and takes HTML.
const acceptPage = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"

// maxPage bounds a project's page; torch's is 400 kB.
const maxPage = 64 << 20

// entry is a file as an index lists it.
type entry struct {
	name, url, sha256 string // sha256 may be empty
}

// locate returns the file's address. An index that offers another file under
// the pinned name is found out here, before the download.
func (s *Source) locate(ctx context.Context, f File) (string, error) {
	if f.Address != "" {
		return f.Address, nil
	}
	page, err := url.Parse(strings.TrimRight(s.Index, "/") + "/" + f.Project + "/")
	if err != nil {
		return "", errors.New("the package index is no address; correct PIP_INDEX_URL or pip's index-url")
	}
	var list []entry
	err = s.persist(ctx, page.Redacted(), f.otherwise(), func() (bool, error) {
		list, err = s.page(ctx, page, f)
		return false, err
	})
	if err != nil {
		return "", err
	}
	for _, e := range list {
		if e.name != f.Name {
			continue
		}
		if e.sha256 != "" && e.sha256 != f.SHA256 {
			return "", fmt.Errorf("%s lists %s with the SHA-256 %s, and %s was pinned: it is another file; take another index by PIP_INDEX_URL",
				page.Redacted(), f.Name, e.sha256, f.SHA256)
		}
		return e.url, nil
	}
	return "", fmt.Errorf("%s does not list %s (it has %d other files); take a full mirror of PyPI by PIP_INDEX_URL",
		page.Redacted(), f.Name, len(list))
}

// page fetches and reads a project's page.
func (s *Source) page(ctx context.Context, page *url.URL, f File) ([]entry, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, 2*s.Stall, errAgain{fmt.Errorf("no answer for %s", 2*s.Stall)})
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, page.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", acceptPage)
	resp, err := s.Client.Do(req)
	if err != nil {
		return nil, cause(ctx, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, status(resp, f.otherwise())
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	if err != nil {
		return nil, cause(ctx, err)
	}
	base := resp.Request.URL // after redirections
	if base.User == nil && base.Host == page.Host {
		base.User = page.User
	}
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		kind = "text/html" // old static mirrors do not say
	}
	if strings.HasSuffix(kind, "json") {
		return readJSON(text, base)
	}
	return readHTML(string(text), base)
}

// readJSON reads PEP 691's form.
func readJSON(text []byte, base *url.URL) ([]entry, error) {
	var doc struct {
		Files []struct {
			Filename string
			URL      string
			Hashes   map[string]string
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("the index's answer is not the JSON of PEP 691: %w", err)
	}
	var list []entry
	for _, f := range doc.Files {
		address, err := resolve(base, f.URL)
		if err != nil {
			return nil, err
		}
		list = append(list, entry{f.Filename, address, strings.ToLower(f.Hashes["sha256"])})
	}
	return list, nil
}

var anchor = regexp.MustCompile(`(?is)<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>(.*?)</a>`)

// readHTML reads PEP 503's form: the text of a link is the file's name, and the
// link's fragment its hash.
func readHTML(text string, base *url.URL) ([]entry, error) {
	var list []entry
	for _, m := range anchor.FindAllStringSubmatch(text, -1) {
		address, err := resolve(base, html.UnescapeString(m[1]+m[2]))
		if err != nil {
			return nil, err
		}
		link, fragment, _ := strings.Cut(address, "#")
		e := entry{name: strings.TrimSpace(html.UnescapeString(m[3])), url: link}
		if sum, ok := strings.CutPrefix(fragment, "sha256="); ok {
			e.sha256 = strings.ToLower(sum)
		}
		list = append(list, e)
	}
	return list, nil
}

// resolve makes a link absolute. As pip does, it takes the index's user and
// password along to the same host.
func resolve(base *url.URL, link string) (string, error) {
	ref, err := url.Parse(link)
	if err != nil {
		return "", fmt.Errorf("the index has a link that is none: %w", err)
	}
	u := base.ResolveReference(ref)
	if u.User == nil && u.Host == base.Host {
		u.User = base.User
	}
	return u.String(), nil
}

// status makes an error of an answer that is not the wanted one. What a server
// may answer otherwise a moment later is marked to be tried again.
func status(resp *http.Response, otherwise string) error {
	err := fmt.Errorf("%s answered %s", resp.Request.URL.Redacted(), resp.Status)
	switch {
	case resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode == http.StatusRequestTimeout, resp.StatusCode >= 500:
		return errAgain{err}
	case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden, resp.StatusCode == http.StatusProxyAuthRequired:
		return fmt.Errorf("%w; give a user and password in the address or in HTTPS_PROXY, or %s", err, otherwise)
	}
	return fmt.Errorf("%w; %s", err, otherwise)
}

// cause prefers what ended the context over the error that this led to. All
// that goes wrong in transport may go right next time, but for certificates and
// for addresses, also those that a server sends us on to, of another kind.
func cause(ctx context.Context, err error) error {
	if c := context.Cause(ctx); c != nil {
		return c
	}
	if isCertificate(err) {
		return fmt.Errorf("%w; name your certificates' file in SSL_CERT_FILE", err)
	}
	var request *url.Error
	if errors.As(err, &request) {
		if u, _ := url.Parse(request.URL); u != nil && u.Scheme != "http" && u.Scheme != "https" {
			return fmt.Errorf("%w; give an address that begins with https:// or http://", err)
		}
	}
	return errAgain{err}
}

// defaults for a Source's patience.
const (
	defaultPause = time.Second
	defaultStall = 60 * time.Second
)

package fetch

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

func TestPages(t *testing.T) {
	html := func(kind, anchor string) func(*index) http.HandlerFunc {
		return func(x *index) http.HandlerFunc {
			return func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", kind)
				fmt.Fprintf(w, "<!DOCTYPE html>\n<html><body><h1>Links</h1>\n<a href=\"old.whl\">thing-0.9-py3-none-any.whl</a><br/>\n"+anchor+"\n</body></html>", x.Name, x.SHA256)
			}
		}
	}
	for _, c := range []struct {
		name string
		page func(*index) http.HandlerFunc
	}{
		{"JSON", func(x *index) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				if !strings.HasPrefix(r.Header.Get("Accept"), "application/vnd.pypi.simple.v1+json") {
					t.Errorf("Accept: %s", r.Header.Get("Accept"))
				}
				x.json(w, "../../files/"+x.Name, x.SHA256)
			}
		}},
		{"JSON with an address", func(x *index) http.HandlerFunc {
			return func(w http.ResponseWriter, _ *http.Request) { x.json(w, x.URL+"/files/"+x.Name, "") }
		}},
		{"HTML", html("text/html; charset=utf-8", `<a href="../../files/%[1]s#sha256=%[2]s" data-requires-python="&gt;=3.8">%[1]s</a>`)},
		{"HTML by PEP 691's name", html("application/vnd.pypi.simple.v1+html", `<a data-yanked="" class='x' href='/files/%[1]s#sha256=%[2]s'> %[1]s </a>`)},
		{"HTML without a type or hash", html("", `<A HREF="/files/%[1]s">%[1]s</A><!-- %[2]s -->`)},
		{"elsewhere", func(x *index) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				if r.URL.RawQuery == "" {
					http.Redirect(w, r, "?again", http.StatusFound)
					return
				}
				x.json(w, "/files/"+x.Name, x.SHA256)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newIndex(t)
			x.page = c.page(x)
			s, _ := x.source()
			dir, count := t.TempDir(), &counter{}
			if err := s.Get(t.Context(), x.File, dir, count); err != nil {
				t.Fatal(err)
			}
			x.good(dir, count)
		})
	}
}

func TestPagesThatDoNotHelp(t *testing.T) {
	for _, c := range []struct {
		name string
		page func(w http.ResponseWriter, r *http.Request)
		want string
	}{
		{"file not listed", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `<a href="a.whl">thing-0.9-py3-none-any.whl</a> <a href="b.whl">thing-1.0.tar.gz</a>`)
		}, "does not list thing-1.0-py3-none-any.whl (it has 2 other files)"},
		{"no project", func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }, "404 Not Found; take another index by PIP_INDEX_URL"},
		{"broken JSON", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"files": [`)
		}, "not the JSON of PEP 691"},
		{"broken link", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `<a href="%zz">thing</a>`) }, "a link that is none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newIndex(t)
			x.page = c.page
			s, _ := x.source()
			err := s.Get(t.Context(), x.File, t.TempDir(), &counter{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestIndexAnswersTheSecondTime(t *testing.T) {
	x := newIndex(t)
	s, n := x.source()
	asked := 0
	x.page = func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked == 1 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		x.json(w, "/files/"+x.Name, x.SHA256)
	}
	dir, c := t.TempDir(), &counter{}
	if err := s.Get(t.Context(), x.File, dir, c); err != nil {
		t.Fatal(err)
	}
	x.good(dir, c)
	if !strings.Contains(n.String(), "502 Bad Gateway; trying again") {
		t.Errorf("notices: %s", n)
	}
}

func TestPasswordsGoAlongAndStaySecret(t *testing.T) {
	x := newIndex(t)
	s, n := x.source()
	s.Index = strings.Replace(s.Index, "http://", "http://me:secret@", 1)
	known := func(r *http.Request) bool {
		user, password, ok := r.BasicAuth()
		return ok && user == "me" && password == "secret"
	}
	var serve http.HandlerFunc = x.whole
	x.page = func(w http.ResponseWriter, r *http.Request) {
		if !known(r) {
			t.Error("the index was not given the password")
		}
		x.json(w, x.URL+"/files/"+x.Name, x.SHA256)
	}
	x.serve = func(w http.ResponseWriter, r *http.Request) {
		if !known(r) {
			t.Error("the same host was not given the password")
		}
		serve(w, r)
	}
	dir, c := t.TempDir(), &counter{}
	if err := s.Get(t.Context(), x.File, dir, c); err != nil {
		t.Fatal(err)
	}
	x.good(dir, c)

	serve = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }
	err := s.Get(t.Context(), x.File, t.TempDir(), &counter{})
	if err == nil {
		t.Fatal("no error")
	}
	if said := err.Error() + n.String() + s.String(); strings.Contains(said, "secret") {
		t.Errorf("the password is shown: %s", said)
	}
}

func TestPasswordsStayWithTheirHost(t *testing.T) {
	base, err := url.Parse("https://me:secret@index.example/simple/thing/")
	if err != nil {
		t.Fatal(err)
	}
	for link, want := range map[string]string{
		"../../a.whl":                  "https://me:secret@index.example/a.whl",
		"https://index.example/a.whl":  "https://me:secret@index.example/a.whl",
		"https://files.example/a.whl":  "https://files.example/a.whl",
		"https://u:p@index.example/a":  "https://u:p@index.example/a",
		"https://index.example:1/a":    "https://index.example:1/a",
		"a.whl#sha256=0123456789abcde": "https://me:secret@index.example/simple/thing/a.whl#sha256=0123456789abcde",
	} {
		if got, err := resolve(base, link); err != nil || got != want {
			t.Errorf("resolve(%s) = %s, %v; want %s", link, got, err, want)
		}
	}
}

func TestParsePipSettings(t *testing.T) {
	// As pip 23 prints them.
	got := parsePipSettings([]byte(":env:.find-links='/opt/wheels'\nglobal.cert='/etc/ssl/ours.pem'\nglobal.index-url='https://index.example/simple?a=b'\n"))
	want := map[string]string{":env:.find-links": "/opt/wheels", "global.cert": "/etc/ssl/ours.pem", "global.index-url": "https://index.example/simple?a=b"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("settings = %q", got)
	}
	if got := first(got, "install.index-url", "global.index-url"); got != want["global.index-url"] {
		t.Errorf("first = %q", got)
	}
}

func TestNewTakesPipsIndex(t *testing.T) {
	t.Setenv("PIP_INDEX_URL", "https://index.example/simple")
	t.Setenv("PIP_CERT", "")
	s, err := New(t.Context(), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if s.String() != "https://index.example/simple" {
		t.Errorf("index %s", s)
	}
	t.Setenv("PIP_CERT", "/no/such/file.pem")
	if _, err := New(t.Context(), func(string) {}); err == nil || !strings.Contains(err.Error(), "PIP_CERT") {
		t.Errorf("missing certificates: %v", err)
	}
}

func TestUnknownCertificateIsNotTriedAgain(t *testing.T) {
	x := newIndex(t)
	x.Server = newTLS(t, x.Config.Handler)
	s, n := x.source()
	s.Client = http.DefaultClient // which does not know the test's certificate
	err := s.Get(t.Context(), x.File, t.TempDir(), &counter{})
	if err == nil || !strings.Contains(err.Error(), "SSL_CERT_FILE") {
		t.Errorf("error: %v", err)
	}
	if n.String() != "" {
		t.Errorf("it was tried again: %s", n)
	}
}

package fetch

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// PyPI is the index that is taken where nothing else is configured.
const PyPI = "https://pypi.org/simple/"

// New returns the source that pip would use here: its index and certificates
// from PIP_INDEX_URL and PIP_CERT, or else from pip's own configuration, where
// there is a pip. Proxies come from HTTPS_PROXY and its kin, further
// certificates from SSL_CERT_FILE, both by Go's own rules.
func New(ctx context.Context, notice func(string)) (*Source, error) {
	index, cert := os.Getenv("PIP_INDEX_URL"), os.Getenv("PIP_CERT")
	if index == "" {
		settings := pipSettings(ctx)
		index = first(settings, "install.index-url", "global.index-url")
		if cert == "" {
			cert = first(settings, "install.cert", "global.cert")
		}
	}
	if index == "" {
		index = PyPI
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if cert != "" {
		pool, err := certificates(cert)
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	return &Source{
		Index:  index,
		Client: &http.Client{Transport: transport},
		Notice: notice,
		Pause:  defaultPause,
		Stall:  defaultStall,
	}, nil
}

// pipSettings asks pip for its configuration. Without Python or pip there is
// none, which is no error.
func pipSettings(ctx context.Context) map[string]string {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "python3", "-m", "pip", "--disable-pip-version-check", "config", "list").Output()
	if err != nil {
		return nil
	}
	return parsePipSettings(out)
}

// parsePipSettings reads lines such as global.index-url='https://...'.
func parsePipSettings(text []byte) map[string]string {
	settings := map[string]string{}
	for line := range bytes.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimSpace(string(line)), "=")
		if ok {
			settings[key] = strings.Trim(value, `'"`)
		}
	}
	return settings
}

func first(settings map[string]string, keys ...string) string {
	for _, key := range keys {
		if v := settings[key]; v != "" {
			return v
		}
	}
	return ""
}

// certificates adds a file's to the system's.
func certificates(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("pip's certificates cannot be read: %w; correct PIP_CERT or pip's configuration", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("there are no certificates in %s; correct PIP_CERT or pip's configuration", file)
	}
	return pool, nil
}

// isCertificate tells whether a connection failed for its certificate.
func isCertificate(err error) bool {
	var failed *tls.CertificateVerificationError
	return errors.As(err, &failed)
}

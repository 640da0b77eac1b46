package track

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// requestTimeout is how long a request may take as a whole.
const requestTimeout = 10 * time.Second

// mostAnswer bounds the answers that are read, in bytes: a run as runs/get has it,
// with its params and tags, is some tens of thousands.
const mostAnswer = 8 << 20

// client makes requests of one server.
type client struct {
	base          string // without a slash at its end
	authorization string // header, or ""
	http          *http.Client
	timeout       time.Duration
}

func newClient(address string, getenv func(string) string, timeout time.Duration) *client {
	c := &client{
		base:    strings.TrimRight(address, "/"),
		http:    &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()},
		timeout: timeout,
	}
	// A redirect would turn a POST into a GET, and could lead the password astray.
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	name, password := getenv("MLFLOW_TRACKING_USERNAME"), getenv("MLFLOW_TRACKING_PASSWORD")
	if token := getenv("MLFLOW_TRACKING_TOKEN"); name != "" && password != "" {
		c.authorization = "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+password))
	} else if token != "" {
		c.authorization = "Bearer " + token
	}
	return c
}

// refusal is an answer that is of no use, or what keeps something from being sent.
type refusal struct {
	status int    // 0 where the server was not asked
	code   string // MLflow's error_code, or ""
	says   string
}

func (r *refusal) Error() string {
	switch {
	case r.status == 0:
		return r.says
	case r.says == "":
		return fmt.Sprintf("it answers %d", r.status)
	}
	return fmt.Sprintf("it answers %d: %s", r.status, r.says)
}

// lasting says whether the same request would get the same answer later.
func lasting(err error) bool {
	var r *refusal
	return errors.As(err, &r) && r.status < 500 && r.status != http.StatusRequestTimeout && r.status != http.StatusTooManyRequests
}

// refused says whether err is MLflow's, with this error_code.
func refused(err error, code string) bool {
	var r *refusal
	return errors.As(err, &r) && r.code == code
}

// get asks of api/2.0/mlflow.
func (c *client) get(ctx context.Context, path string, query url.Values, answer any) error {
	return c.do(ctx, http.MethodGet, "/api/2.0/mlflow/"+path+"?"+query.Encode(), "", nil, answer)
}

// post changes something of api/2.0/mlflow. answer may be nil.
func (c *client) post(ctx context.Context, path string, question, answer any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return err
	}
	return c.do(ctx, http.MethodPost, "/api/2.0/mlflow/"+path, "application/json", body, answer)
}

func (c *client) do(ctx context.Context, method, path, kind string, body []byte, answer any) error {
	within, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(within, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	if c.authorization != "" {
		request.Header.Set("Authorization", c.authorization)
	}
	response, err := c.http.Do(request)
	var text []byte
	if err == nil {
		text, err = io.ReadAll(io.LimitReader(response.Body, mostAnswer))
		response.Body.Close()
	}
	switch of := (*url.Error)(nil); {
	case err != nil && within.Err() != nil && ctx.Err() == nil:
		return fmt.Errorf("it does not answer within %v", c.timeout)
	case errors.As(err, &of):
		return of.Err // without the address, which the note has
	case err != nil:
		return err
	case response.StatusCode != http.StatusOK:
		return refusalOf(response, text)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return &refusal{status: response.StatusCode, says: "what no MLflow server says: " + bounded(string(text))}
	}
	return nil
}

func refusalOf(response *http.Response, text []byte) *refusal {
	r := &refusal{status: response.StatusCode}
	var mlflow struct {
		Code    string `json:"error_code"`
		Message string `json:"message"`
	}
	switch to := response.Header.Get("Location"); {
	case to != "":
		r.says = "it is elsewhere, at " + bounded(to)
	case json.Unmarshal(text, &mlflow) == nil && mlflow.Code != "":
		r.code, r.says = mlflow.Code, mlflow.Code+" "+bounded(mlflow.Message)
	case len(text) > 0:
		r.says = bounded(string(text))
	}
	return r
}

// bounded is the beginning of a server's words, in quotes, with what cannot be
// printed escaped.
func bounded(s string) string {
	const most = 160
	if short := cut(s, most); short != s {
		s = short + "..."
	}
	return strconv.Quote(s)
}

// cut is the beginning of a text, of at most so many bytes, between letters.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

package contract

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
)

// Proxy stands between a client and the API at target: it hands everything on unchanged and checks what the API describes.
// strip is what stands before the API's own prefix in the path, such as /connector/emea.
func (c *Checker) Proxy(api API, target *url.URL, strip string) http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = target.Host
		},
		ModifyResponse: func(answer *http.Response) error {
			text, err := io.ReadAll(answer.Body)
			if err != nil {
				return fmt.Errorf("contract: %w", err)
			}
			answer.Body = io.NopCloser(bytes.NewReader(text))
			sent, ok := answer.Request.Context().Value(sentKey{}).(*sent)
			if ok {
				c.Check(Exchange{
					API: api, Request: sent.request, RequestBody: sent.body, Status: answer.StatusCode, Header: answer.Header, ResponseBody: text,
				})
			}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { panic(http.ErrAbortHandler) }, // the connection was cut: so is ours
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, strip)
		if !strings.HasPrefix(path, c.prefixes[api]+"/") {
			proxy.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "unreadable", http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		seen := r.Clone(r.Context())
		seen.URL.Path = path
		proxy.ServeHTTP(w, r.WithContext(with(r.Context(), &sent{request: seen, body: body})))
	})
}

// sent is a request on its way, kept until its answer is there.
type sent struct {
	request *http.Request
	body    []byte
}

type sentKey struct{}

func with(ctx context.Context, s *sent) context.Context { return context.WithValue(ctx, sentKey{}, s) }

// Before checks what reaches an API that is served in this process, and what it answers. strip is what stands before the API's own prefix
// in the path, such as /connector/emea.
func (c *Checker) Before(api API, strip string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, strip)
		if len(path) == len(r.URL.Path) && strip != "" || !strings.HasPrefix(path, c.prefixes[api]+"/") {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "unreadable", http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		seen := r.Clone(r.Context())
		seen.URL.Path = path
		kept := &kept{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(kept, r)
		c.Check(Exchange{
			API: api, Request: seen, RequestBody: body, Status: kept.status, Header: w.Header(), ResponseBody: kept.body.Bytes(),
		})
	})
}

// kept is an answer that is written and remembered.
type kept struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (k *kept) WriteHeader(status int) {
	k.status = status
	k.ResponseWriter.WriteHeader(status)
}

func (k *kept) Write(b []byte) (int, error) {
	k.body.Write(b)
	return k.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (k *kept) Unwrap() http.ResponseWriter { return k.ResponseWriter }

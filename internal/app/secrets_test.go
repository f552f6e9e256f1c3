package app_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/internal/app"
	"causeway/internal/sandbox"
	"causeway/internal/sandbox/world"
)

// overheard are the secrets that pass between the product and the two platforms: tokens, codes, passcodes, keys of links.
type overheard struct {
	mu  sync.Mutex
	all map[string]string // secret → what it is
}

var (
	secretMember = regexp.MustCompile(`"(access_token|refresh_token|id_token|password|encrypted_password|h323_password|start_url)"\s*:\s*"([^"]{6,})"`)
	secretField  = regexp.MustCompile(`(?:^|[?&])(code|code_verifier|client_secret|refresh_token|pwd|zak|assertion)=([^&"\s]{6,})`)
)

func (o *overheard) note(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, pattern := range []*regexp.Regexp{secretMember, secretField} {
		for _, found := range pattern.FindAllStringSubmatch(text, -1) {
			o.all[strings.ReplaceAll(found[2], `\u0026`, "&")] = found[1]
		}
	}
}

func (o *overheard) count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.all)
}

// wrap listens before an emulator.
func (o *overheard) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var sent bytes.Buffer
		if _, err := sent.ReadFrom(r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.Body = http.NoBody
		if sent.Len() > 0 {
			r.Body = body{bytes.NewReader(sent.Bytes())}
		}
		if _, token, found := strings.Cut(r.Header.Get("Authorization"), " "); found {
			o.mu.Lock()
			o.all[token] = "authorization"
			o.mu.Unlock()
		}
		o.note(sent.String())
		answer := &copied{ResponseWriter: w}
		next.ServeHTTP(answer, r)
		o.note(answer.text.String())
		o.note(w.Header().Get("Location"))
	})
}

type body struct{ *bytes.Reader }

func (body) Close() error { return nil }

type copied struct {
	http.ResponseWriter
	text bytes.Buffer
}

func (c *copied) Write(b []byte) (int, error) {
	c.text.Write(b)
	return c.ResponseWriter.Write(b)
}

// within answers what kinds of secrets stand in a text.
func (o *overheard) within(text []byte) (found []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for secret, kind := range o.all {
		if bytes.Contains(text, []byte(secret)) {
			found = append(found, kind+" "+secret[:min(6, len(secret))]+"…")
		}
	}
	slices.Sort(found)
	return found
}

const secretAgenda = "canary of the agenda"

// story is everything that secrets are needed for: linking, a meeting, its start, new tokens, the end.
func (s *stage) story() {
	s.t.Helper()
	ana, ben := s.person("ana"), s.person("ben")
	ana.link()
	ben.say("bot", "a message that nobody but the bot reads")
	ana.schedule("pair", "Release notes", fields{"agenda": secretAgenda}).is("message")
	s.idle()
	s.advance(2 * time.Hour) // all tokens have expired
	ana.startNow("pair", fields{"topic": "Now"}).is("dialog")
	s.idle()
	s.fault(world.Fault{Side: world.Zoom, Route: "GET /v2/users/{user}/settings", Status: 500, Count: 1})
	s.advance(20 * time.Minute)
	ana.command("pair", "schedule").is("dialog")
	s.calm()
}

// TestT74_NoSecretIsLogged: at the most talkative level, and with things going wrong, the log holds no token, code, passcode or
// anybody's words.
func TestT74_NoSecretIsLogged(t *testing.T) {
	t.Parallel()
	o, log := &overheard{all: map[string]string{}}, &logged{}
	s := begin(t, setup{
		world: func(w *sandbox.Options) {
			w.Wrap = func(_ world.Side, next http.Handler) http.Handler { return o.wrap(next) }
		},
		config: func(c *app.Config) {
			c.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		},
	})
	s.story()
	s.fault(world.Fault{Route: "*", Status: 500})
	ana := s.person("ana")
	ana.command("pair", "start")
	ana.say("bot", "disconnect")
	s.calm()
	s.idle()
	if n := o.count(); n < 10 {
		t.Errorf("only %d secrets were overheard", n)
	}
	text := log.String()
	for _, kind := range o.within([]byte(text)) {
		t.Errorf("the log holds a secret: %s", kind)
	}
	for _, words := range []string{secretAgenda, "nobody but the bot reads", "Release notes", s.world.Settings().EntraSecret, s.world.Settings().ZoomClientSecret, "@meridian.example"} {
		if strings.Contains(text, words) {
			t.Errorf("the log holds %q", words)
		}
	}
}

// TestT81_NoSecretIsInTheDatabase: neither the file nor its write-ahead log holds a token, code, passcode or what people wrote to the bot.
func TestT81_NoSecretIsInTheDatabase(t *testing.T) {
	t.Parallel()
	o := &overheard{all: map[string]string{}}
	s := begin(t, setup{world: func(w *sandbox.Options) {
		w.Wrap = func(_ world.Side, next http.Handler) http.Handler { return o.wrap(next) }
	}})
	s.story()
	file := strings.TrimPrefix(s.database, "sqlite:")
	for _, name := range []string{file, file + "-wal"} {
		content, err := os.ReadFile(name)
		if err != nil || len(content) < 4096 {
			t.Fatalf("%s: %d bytes, %v", name, len(content), err)
		}
		for _, kind := range o.within(content) {
			t.Errorf("%s holds a secret: %s", name, kind)
		}
		for _, words := range []string{"nobody but the bot reads", s.world.Settings().EntraSecret, s.world.Settings().ZoomClientSecret} {
			if bytes.Contains(content, []byte(words)) {
				t.Errorf("%s holds %q", name, words)
			}
		}
	}
	if n := o.count(); n < 10 {
		t.Errorf("only %d secrets were overheard", n)
	}
}

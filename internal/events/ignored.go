package events

import (
	"context"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"sync"
	"time"
)

const (
	ignoredSay   = time.Minute // within which what nothing follows from is one line of the log
	ignoredNames = 20          // that a line tells apart
	otherNames   = "other"
	unreadable   = "unreadable"
)

// eventName is what a name of Zoom's looks like: anything else is not written into the log.
var eventName = regexp.MustCompile(`^[a-z0-9_.]{1,60}$`)

// ignored counts events from which nothing follows: those of other names, by name, and those that were there already.
type ignored struct {
	mu    sync.Mutex
	said  time.Time
	named map[string]int
	again int
}

// unknown counts one with a name.
func (i *ignored) unknown(name string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.named == nil {
		i.named = map[string]int{}
	}
	if _, told := i.named[name]; !told && len(i.named) >= ignoredNames || !eventName.MatchString(name) {
		name = otherNames
	}
	i.named[name]++
}

// repeated counts one that was there already.
func (i *ignored) repeated() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.again++
}

// say tells of them, when there are any and nothing was told for a while.
func (i *ignored) say(ctx context.Context, logger *slog.Logger, now time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.named)+i.again == 0 || now.Sub(i.said) < ignoredSay {
		return
	}
	var counts []any
	for _, name := range slices.Sorted(maps.Keys(i.named)) {
		counts = append(counts, slog.Int(name, i.named[name]))
	}
	logger.InfoContext(ctx, "nothing follows from events of Zoom's", slog.Group("unknown", counts...), "again", i.again)
	i.said, i.named, i.again = now, nil, 0
}

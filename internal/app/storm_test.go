package app_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"causeway/internal/events"
	"causeway/internal/sandbox/zoomsim"
)

// stormMeetings is how many meetings a storm is about.
const stormMeetings = 4

// storm is many events of Zoom's at processes that are killed.
type storm struct {
	*mortal
	secret, account string
	random          *rand.Rand
	mu              sync.Mutex
	doors           []string // where the processes listen
	taken, refused  atomic.Int64
}

// told is one event, as often as it comes.
type tale struct {
	body   string
	forged bool
}

// Zoom's events arrive twice, as twins, in any order and some of them forged, while processes are killed: what was acknowledged is in the
// end exactly once in effect, and every card says what is true.
func TestT90_KilledInAStorm(t *testing.T) {
	t.Parallel()
	for _, postgres := range []bool{false, true} {
		t.Run(engine(postgres), func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			stormAt(t, postgres, rand.New(rand.NewPCG(seed, 90))) // #nosec G404 -- no secret
		})
	}
}

func stormAt(t *testing.T, postgres bool, random *rand.Rand) {
	t.Helper()
	m := beginMortal(t, postgres)
	s := &storm{mortal: m, secret: m.world.Settings().ZoomWebhookSecret, account: m.world.World.Seed.Tenants[0].ZoomAccount, random: random}
	ana := m.person("ana")
	ana.link()
	numbers := make([]string, stormMeetings)
	for i := range numbers {
		topic := fmt.Sprint("Storm ", i)
		ana.schedule("launch", topic).is("message")
		m.until("the meeting is made", func() bool { return m.made(topic) })
		numbers[i] = m.numbered(topic)
	}
	m.until("all is quiet", func() bool { return m.busy() == nil })
	m.mark()
	doors := 1
	if postgres {
		doors = 2
	}
	kills := make([]func(), doors)
	s.doors = make([]string, doors)
	m.kill()
	for i := range kills {
		s.doors[i], kills[i] = m.process()
	}
	m.front.lead(s.doors[0])
	people := stormEvents / stormMeetings / 4
	all := s.tales(numbers, people)
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.post(all)
	}()
	died := 0
	for alive := true; alive; {
		select {
		case <-done:
			alive = false
		case <-time.After(time.Duration(100+random.IntN(300)) * time.Millisecond):
			if died == stormKills {
				<-done
				continue
			}
			died++
			i := random.IntN(doors)
			kills[i]()
			address, kill := m.process()
			kills[i] = kill
			s.mu.Lock()
			s.doors[i] = address
			s.mu.Unlock()
			m.front.lead(address)
		}
	}
	t.Logf("%d events posted, %d acknowledged, %d refused, %d kills", len(all), s.taken.Load(), s.refused.Load(), died)
	if int(s.taken.Load()+s.refused.Load()) != len(all) {
		t.Errorf("%d events were neither taken nor refused", len(all)-int(s.taken.Load()+s.refused.Load()))
	}
	for _, tale := range all {
		if tale.forged && s.refused.Load() == 0 {
			t.Fatal("nothing that was forged was refused")
		}
	}
	for _, number := range numbers {
		s.ends(number, people)
	}
	defer func() {
		if t.Failed() {
			t.Logf("still to do: %v\nlog:\n%s", m.busy(), m.log)
		}
	}()
	m.until("all is quiet", func() bool { return m.busy() == nil })
	for i := range numbers {
		shown := 0
		for _, message := range ana.messages("launch") {
			if message.From.Bot && strings.Contains(message.text(), fmt.Sprint("Storm ", i)) {
				if text := message.text(); !strings.Contains(text, "Ended after 42 min") || !strings.Contains(text, fmt.Sprint(people, " people took part")) {
					t.Errorf("the card says %s", text)
				}
				shown++
			}
		}
		if shown != 1 {
			t.Errorf("%d cards of meeting %d", shown, i)
		}
	}
	if n := len(m.rows("message.posted")); n != 0 {
		t.Errorf("%d messages were posted because of it", n)
	}
}

// tales are what happens in all meetings, in any order: twice, as twins, and some of it forged.
func (s *storm) tales(numbers []string, people int) []tale {
	var all []tale
	began := s.world.World.Clock.Now().Truncate(time.Second)
	for _, number := range numbers {
		event := func(name string, at time.Time, participant string) {
			object := fmt.Sprintf(`"id":%q,"uuid":"storm%s==","host_id":"h"`, number, number)
			if participant != "" {
				object += fmt.Sprintf(`,"participant":{"user_id":%q,"user_name":"Somebody"}`, participant)
			}
			payload := fmt.Sprintf(`"payload":{"account_id":%q,"object":{%s}}`, s.account, object)
			body := fmt.Sprintf(`{"event":%q,"event_ts":%d,%s}`, name, at.UnixMilli(), payload)
			all = append(all, tale{body: body})
			switch s.random.IntN(4) {
			case 0: // it comes again
				all = append(all, tale{body: body})
			case 1: // its twin
				all = append(all, tale{body: fmt.Sprintf(`{"download_token":"%d",%s,"event_ts":%d,"event":%q}`, s.random.Int(), payload, at.UnixMilli(), name)})
			}
			if s.random.IntN(20) == 0 {
				lie := strings.Replace(body, name, "meeting.deleted", 1)
				all = append(all, tale{body: lie, forged: true})
			}
		}
		event("meeting.started", began, "")
		for i := range people {
			who, came := strconv.Itoa(i), began.Add(time.Duration(i+1)*time.Millisecond)
			event("meeting.participant_joined_waiting_room", came, who)
			event("meeting.participant_left_waiting_room", came.Add(time.Second), who)
			event("meeting.participant_joined", came.Add(time.Second), who)
			event("meeting.participant_left", came.Add(time.Minute), who)
		}
		event("meeting.ended", began.Add(42*time.Minute), "")
	}
	s.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// post posts all of it, many at once, each until it is acknowledged or refused, as Zoom does.
func (s *storm) post(all []tale) {
	var group sync.WaitGroup
	for part := range slices.Chunk(all, (len(all)+7)/8) {
		group.Go(func() {
			client := &http.Client{Timeout: 5 * time.Second}
			defer client.CloseIdleConnections()
			for i, tale := range part {
				s.deliver(client, i, tale)
			}
		})
	}
	group.Wait()
}

func (s *storm) deliver(client *http.Client, i int, tale tale) {
	stamp := strconv.FormatInt(s.world.World.Clock.Now().Unix(), 10)
	signature := zoomsim.SignEvent(s.secret, stamp, []byte(tale.body))
	if tale.forged {
		signature = zoomsim.SignEvent("another", stamp, []byte(tale.body))
	}
	for range 2000 {
		s.mu.Lock()
		door := s.doors[i%len(s.doors)]
		s.mu.Unlock()
		r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, "http://"+door+events.UserApp.Path(), strings.NewReader(tale.body))
		if err != nil {
			return
		}
		r.Host = strings.TrimPrefix(s.front.url, "http://")
		r.Header.Set("X-Zm-Request-Timestamp", stamp)
		r.Header.Set("X-Zm-Signature", signature)
		answer, err := client.Do(r)
		if err != nil { // killed, or not there yet: Zoom comes again
			select {
			case <-s.t.Context().Done():
				return
			case <-time.After(10 * time.Millisecond):
			}
			continue
		}
		_ = answer.Body.Close()
		switch {
		case answer.StatusCode == http.StatusOK && !tale.forged:
			s.taken.Add(1)
			return
		case answer.StatusCode == http.StatusUnauthorized && tale.forged:
			s.refused.Add(1)
			return
		case answer.StatusCode < http.StatusInternalServerError:
			s.t.Errorf("forged %t: answered %d", tale.forged, answer.StatusCode)
			return
		}
	}
}

// ends waits until a meeting has ended as it did, with all who were there, and checks that nothing else is known of it.
func (s *storm) ends(number string, people int) {
	s.t.Helper()
	count := func(query string) (n int) {
		if err := s.db.Read().QueryRowContext(s.t.Context(), query, "storm"+number+"==").Scan(&n); err != nil {
			s.t.Fatal(err)
		}
		return n
	}
	s.until("all who were there are known", func() bool {
		return count("select count(*) from meeting_attendance where uuid = $1 and state = 'left' and was_in = 1") == people &&
			count("select count(*) from meeting_sessions where uuid = $1 and ended_at - started_at = 2520000") == 1
	})
	if n := count("select count(*) from meeting_attendance where uuid = $1"); n != people {
		s.t.Errorf("%d people were there, want %d", n, people)
	}
}

// made tells whether Zoom has a meeting with a topic.
func (m *mortal) made(topic string) bool {
	var got struct{ Meetings []zoomsim.ClientMeeting }
	m.call("GET", "/zoom/client", nil, &got)
	return slices.ContainsFunc(got.Meetings, func(one zoomsim.ClientMeeting) bool { return one.Topic == topic })
}

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

// A storm is about so many meetings, and so many whiteboards that are shared with Ben.
const (
	stormMeetings = 4
	stormBoards   = 12
)

// storm is many events of Zoom's at processes that are killed.
type storm struct {
	*mortal
	secrets        map[events.App]string
	account        string
	random         *rand.Rand
	mu             sync.Mutex
	doors          []string // where the processes listen
	taken, refused atomic.Int64
}

// told is one event, as often as it comes.
type tale struct {
	door   events.App
	body   string
	forged bool
}

// Zoom's events of all kinds arrive twice, as twins, in any order and one in twenty of them forged, while processes are killed: what was
// acknowledged is in the end exactly once in effect, every card says what is true, and nobody is told anything twice (R1).
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
	settings := m.world.Settings()
	s := &storm{
		mortal: m, account: m.world.World.Seed.Tenants[0].ZoomAccount, random: random,
		secrets: map[events.App]string{events.UserApp: settings.ZoomWebhookSecret, events.AdminApp: settings.ZoomAdminSecret},
	}
	ana := m.person("ana")
	ana.link()
	m.person("ben").link()
	numbers := make([]string, stormMeetings)
	for i := range numbers {
		topic := fmt.Sprint("Storm ", i)
		ana.schedule("launch", topic).is("message")
		m.until("the meeting is made", func() bool { return m.made(topic) })
		numbers[i] = m.numbered(topic)
	}
	m.until("all is quiet", func() bool { return m.busy() == nil })
	boards := s.boards()
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
	all := s.shuffled(append(s.ofMeetings(numbers, people), s.ofBoards(boards)...))
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
	s.toldOnce(boards, died)
}

// boards are drawn by Ana and shared with Ben, which Zoom does not tell yet.
func (s *storm) boards() []zoomsim.Board {
	s.t.Helper()
	s.call("PUT", "/knobs", map[string]any{"zoom": map[string]any{"loseEvents": true}}, nil)
	all := make([]zoomsim.Board, stormBoards)
	for i := range all {
		var made struct{ Board zoomsim.Board }
		s.call("POST", "/zoom/people/ana/boards", map[string]any{"name": fmt.Sprintf("Storm board %02d", i)}, &made)
		s.shareAtZoom("ana", made.Board.Name, "ben", 2)
		all[i] = made.Board
	}
	s.call("PUT", "/knobs", map[string]any{"zoom": map[string]any{"loseEvents": false}}, nil)
	return all
}

// toldOnce checks that Ben has one message of each board, or that it is known that he may have none, which a kill alone brings about; and that
// nothing else was posted.
func (s *storm) toldOnce(boards []zoomsim.Board, kills int) {
	s.t.Helper()
	reached := 0
	for _, b := range boards {
		n := s.person("ben").told(b.Name)
		if n > 1 {
			s.t.Errorf("Ben was told %d times of %s", n, b.Name)
		}
		reached += n
	}
	var sent, unknown int
	const query = `select coalesce(sum(case when state = 'sent' then 1 else 0 end), 0), coalesce(sum(case when state = 'unknown' then 1 else 0 end), 0)
		from notifications where kind = 'board_shared'`
	if err := s.db.Read().QueryRowContext(s.t.Context(), query).Scan(&sent, &unknown); err != nil {
		s.t.Fatal(err)
	}
	if sent+unknown != len(boards) || reached < sent || unknown > kills {
		s.t.Errorf("of %d messages %d were sent and of %d it is not known, after %d kills; Ben has %d", len(boards), sent, unknown, kills, reached)
	}
	if n := len(s.rows("message.posted")); n != reached {
		s.t.Errorf("%d messages were posted, want the %d to Ben alone", n, reached)
	}
}

// often adds an event as often as it comes: perhaps again, or as a twin; and what nobody of Zoom's has signed.
func (s *storm) often(all []tale, door events.App, name string, at time.Time, payload string) []tale {
	body := fmt.Sprintf(`{"event":%q,"event_ts":%d,"payload":%s}`, name, at.UnixMilli(), payload)
	all = append(all, tale{door: door, body: body})
	switch s.random.IntN(4) {
	case 0: // it comes again
		all = append(all, tale{door: door, body: body})
	case 1: // its twin
		all = append(all, tale{door: door, body: fmt.Sprintf(`{"download_token":"%d","payload":%s,"event_ts":%d,"event":%q}`, s.random.Int(), payload, at.UnixMilli(), name)})
	}
	if s.random.IntN(13) == 0 { // one in twenty of all that comes
		all = append(all, tale{door: door, body: strings.Replace(body, name, "meeting.deleted", 1), forged: true})
	}
	return all
}

func (s *storm) shuffled(all []tale) []tale {
	s.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// ofBoards are the news that boards were shared, from either app.
func (s *storm) ofBoards(boards []zoomsim.Board) (all []tale) {
	people, now := s.world.World.Seed, s.world.World.Clock.Now()
	for i, b := range boards {
		all = s.often(all, []events.App{events.UserApp, events.AdminApp}[i%2], "whiteboard.shared", now, fmt.Sprintf(
			`{"account_id":%q,"operator_id":%q,"object":{"whiteboard_id":%q,"collaborators":[{"collaborator_id":"c","collaborator_type":0,"role":3,"user_id":%q}]}}`,
			s.account, people.Person("ana").ZoomID, b.ID, people.Person("ben").ZoomID))
	}
	return all
}

// ofMeetings are what happens in all meetings.
func (s *storm) ofMeetings(numbers []string, people int) (all []tale) {
	began := s.world.World.Clock.Now().Truncate(time.Second)
	for _, number := range numbers {
		event := func(name string, at time.Time, participant string) {
			object := fmt.Sprintf(`"id":%q,"uuid":"storm%s==","host_id":"h"`, number, number)
			if participant != "" {
				object += fmt.Sprintf(`,"participant":{"user_id":%q,"user_name":"Somebody"}`, participant)
			}
			all = s.often(all, events.UserApp, name, at, fmt.Sprintf(`{"account_id":%q,"object":{%s}}`, s.account, object))
		}
		for _, name := range []string{"meeting.updated", "recording.started", "recording.completed", "recording.transcript_completed"} {
			event(name, began.Add(50*time.Minute), "")
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
	signature := zoomsim.SignEvent(s.secrets[tale.door], stamp, []byte(tale.body))
	if tale.forged {
		signature = zoomsim.SignEvent("another", stamp, []byte(tale.body))
	}
	for range 2000 {
		s.mu.Lock()
		door := s.doors[i%len(s.doors)]
		s.mu.Unlock()
		r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, "http://"+door+tale.door.Path(), strings.NewReader(tale.body))
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

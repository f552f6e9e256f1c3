package web

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/meetings"
	"causeway/internal/pace"
	"causeway/internal/teams"
)

// meetingRoutes are about meetings: the list, one of them, and what is done with it.
func (s *server) meetingRoutes(a huma.API) {
	huma.Register(a, operation(http.MethodGet, "/api/meetings", "meetings", "My meetings"), handled(s, s.meetings))
	huma.Register(a, operation(http.MethodGet, "/api/meetings/form", "meeting-form", "What the form of a new meeting begins with"), handled(s, s.meetingForm))
	made := operation(http.MethodPost, "/api/meetings", "schedule", "Schedule a meeting")
	made.DefaultStatus = http.StatusCreated
	huma.Register(a, made, handled(s, s.schedule))
	huma.Register(a, operation(http.MethodPost, "/api/meetings/now", "start-now", "Make a meeting that begins at once"), handled(s, s.startNow))
	huma.Register(a, operation(http.MethodGet, "/api/meetings/{key}", "meeting", "One meeting"), handled(s, s.meeting))
	huma.Register(a, operation(http.MethodGet, "/api/meetings/{key}/transcript", "transcript", "What was said the last time, for who may see the recording"),
		handled(s, s.text(s.c.Meetings.Transcript)))
	huma.Register(a, operation(http.MethodGet, "/api/meetings/{key}/chat", "chat", "What was written in the meeting's chat the last time, for who may see the recording"),
		handled(s, s.text(s.c.Meetings.Chat)))
	huma.Register(a, operation(http.MethodPatch, "/api/meetings/{key}", "change-meeting", "Change a meeting, an occurrence, or the rest of a series"),
		handled(s, s.changeMeeting))
	huma.Register(a, operation(http.MethodDelete, "/api/meetings/{key}", "cancel-meeting", "Cancel a meeting, an occurrence, or the rest of a series"),
		handled(s, s.cancelMeeting))
	huma.Register(a, operation(http.MethodPost, "/api/meetings/{key}/calendar", "add-to-calendar", "Put a meeting into my calendar"),
		handled(s, s.addToCalendar))
	huma.Register(a, operation(http.MethodPost, "/api/meetings/{key}/share", "share-meeting", "Post a card of a meeting into a conversation"),
		handled(s, s.shareMeeting))
	huma.Register(a, operation(http.MethodPut, "/api/meetings/{key}/following", "follow-meeting", "Have each meeting of a series get a card in a conversation"),
		handled(s, s.follow))
	huma.Register(a, operation(http.MethodPut, "/api/meetings/{key}/answer", "answer-meeting", "Answer an invitation, in my own calendar"),
		handled(s, s.answer))
	huma.Register(a, operation(http.MethodPost, "/api/meetings/{key}/start", "start-meeting", "Start a meeting as its host"), handled(s, s.startTicket))
	huma.Register(a, operation(http.MethodDelete, "/api/wishes/{key}", "withdraw", "Do without a meeting that waits to be made"), handled(s, s.withdraw))
	huma.Register(a, operation(http.MethodGet, "/api/conversations", "conversations", "Where a meeting or whiteboard can be shared"), handled(s, s.conversations))
	huma.Register(a, operation(http.MethodGet, "/api/conversations/{conversation}/meetings", "conversation-meetings", "The meetings of a conversation, for who is in it"),
		handled(s, s.here))
	huma.Register(a, operation(http.MethodGet, "/api/conversations/{conversation}/members", "conversation-members", "Find people in a conversation to invite, for who is in it"),
		handled(s, s.members))
	huma.Register(a, operation(http.MethodPost, "/api/conversations/{conversation}/admission", "admit", "Let Causeway post in a conversation, for who is in it"),
		handled(s, s.admit))
	huma.Register(a, operation(http.MethodPost, "/api/join", "join", "Where to join a meeting by its number or link"), handled(s, s.join))
	huma.Register(a, operation(http.MethodPost, "/api/screen", "share-screen", "Where to share a screen into a meeting"), handled(s, s.shareScreen))
}

// Visit is the input of an operation that writes times: with the zone in which the caller reads them.
type Visit struct {
	Call
	Zone string `header:"Time-Zone" maxLength:"64" doc:"IANA name of the caller's zone"`
}

// visitor is who calls, for the features.
func (s *server) visitor(who entra.Identity, in Visit) meetings.Visitor {
	return meetings.Visitor{Person: who.Person, Name: who.Name, Locale: s.c.Texts.For(in.AcceptLanguage).Tag(), Zone: in.Zone}
}

// visitorAt is who calls from the tab of a conversation, or from their own.
func (s *server) visitorAt(who entra.Identity, in Visit, at At) meetings.Visitor {
	v := s.visitor(who, in)
	v.At = meetings.At(at)
	return v
}

type listInput struct {
	Visit
	Past bool      `query:"past" doc:"Those that are over, the newest first"`
	From time.Time `query:"from" doc:"Now, when absent; of those that are over a month before the end, and with words as far back as there are any"`
	To   time.Time `query:"to" doc:"A month later, when absent; at most six. Of those that are over: now"`
	Q    string    `query:"q" maxLength:"200" doc:"Words of the topic, or a meeting number"`
}

// MeetingList is what somebody hosts and is invited to.
type MeetingList struct {
	Meetings []meetings.Upcoming `json:"meetings" nullable:"false"`
	Notes    []string            `json:"notes" nullable:"false" doc:"What could not be asked"`
	Waiting  []meetings.Wish     `json:"waiting" nullable:"false" doc:"What waits for Zoom's next day; nothing in a search, or with those that are over"`
	Since    *time.Time          `json:"since,omitempty" doc:"Of those that are over: none from before it is listed"`
}

func (s *server) meetings(ctx context.Context, who entra.Identity, in *listInput) (MeetingList, error) {
	if in.Q != "" {
		if err := s.c.Pace.Take(ctx, who.Person, pace.Search); err != nil {
			return MeetingList{}, err
		}
	}
	v, wanted := s.visitor(who, in.Visit), meetings.List{From: in.From, To: in.To, Query: in.Q}
	list := MeetingList{Waiting: []meetings.Wish{}}
	var err error
	if in.Past {
		list.Since = new(time.Time)
		list.Meetings, *list.Since, list.Notes, err = s.c.Meetings.Past(ctx, v, wanted)
	} else {
		list.Meetings, list.Notes, err = s.c.Meetings.Upcoming(ctx, v, wanted)
		if err == nil && in.Q == "" {
			list.Waiting, err = s.c.Meetings.Wishes(ctx, v)
		}
	}
	if list.Meetings == nil {
		list.Meetings = []meetings.Upcoming{}
	}
	return list, err
}

type wishInput struct {
	Visit
	Key string `path:"key" maxLength:"64" doc:"As the list has it"`
}

func (s *server) withdraw(ctx context.Context, who entra.Identity, in *wishInput) (Said, error) {
	v := s.visitor(who, in.Visit)
	topic, err := s.c.Meetings.Withdraw(ctx, v, in.Key)
	return Said{s.c.Texts.For(v.Locale).T("upcoming.withdrawn_now", "Topic", topic)}, err
}

// At names the conversation in whose tab something is done.
type At struct {
	Conversation teams.ConversationID `json:"conversation,omitempty" query:"conversation" maxLength:"400" doc:"Absent in a person's own tab"`
	Team         teams.TeamID         `json:"team,omitempty" query:"team" maxLength:"400" doc:"Of a channel"`
}

type formInput struct {
	Visit
	At
	For   string `query:"for" maxLength:"254" doc:"The address of the Zoom user for whom it is scheduled"`
	Typed string `query:"typed" maxLength:"64" doc:"What was typed into the form of a conversation, by the id in the address to which that leads"`
}

// MeetingForm is the form of a new meeting.
type MeetingForm struct {
	meetings.Model
	Grants
}

func (s *server) meetingForm(ctx context.Context, who entra.Identity, in *formInput) (MeetingForm, error) {
	v := s.visitorAt(who, in.Visit, in.At)
	model, err := s.c.Meetings.FormModel(ctx, meetings.Form{Person: v.Person, Name: v.Name, Locale: v.Locale, Zone: v.Zone, At: v.At, Begun: in.Typed})
	if err != nil {
		return MeetingForm{}, err
	}
	model.Input.For = in.For
	return MeetingForm{Model: model, Grants: s.grants(ctx)}, nil
}

type scheduleInput struct {
	Visit
	Body struct {
		At
		Nonce string         `json:"nonce" minLength:"8" maxLength:"64" doc:"Of the form: with it one meeting is made, however often it is sent"`
		Input meetings.Input `json:"input"`
	}
}

func (s *server) schedule(ctx context.Context, who entra.Identity, in *scheduleInput) (meetings.Detail, error) {
	if err := s.c.Pace.Take(ctx, who.Person, pace.Search); err != nil {
		return meetings.Detail{}, err
	}
	v := s.visitorAt(who, in.Visit, in.Body.At)
	m, err := s.c.Meetings.Plan(ctx, v, in.Body.Nonce, in.Body.Input)
	return s.shown(ctx, v, m, time.Time{}, err)
}

// shown answers a meeting that was made or changed.
func (s *server) shown(ctx context.Context, v meetings.Visitor, m meetings.Meeting, original time.Time, err error) (meetings.Detail, error) {
	if err != nil {
		return meetings.Detail{}, err
	}
	return s.c.Meetings.Shown(ctx, v, m, original)
}

type nowInput struct {
	Visit
	Body struct {
		At
		Nonce string `json:"nonce" minLength:"8" maxLength:"64"`
		Topic string `json:"topic,omitempty" maxLength:"200"`
	}
}

// StartedMeeting is a meeting that begins now.
type StartedMeeting struct {
	meetings.Detail
	Note string `json:"note,omitempty" doc:"A sentence that its host should know"`
}

func (s *server) startNow(ctx context.Context, who entra.Identity, in *nowInput) (StartedMeeting, error) {
	if err := s.c.Pace.Take(ctx, who.Person, pace.Search); err != nil {
		return StartedMeeting{}, err
	}
	v := s.visitorAt(who, in.Visit, in.Body.At)
	m, err := s.c.Meetings.StartNow(ctx, v, in.Body.Nonce, in.Body.Topic)
	shown, err := s.shown(ctx, v, m, time.Time{}, err)
	return StartedMeeting{Detail: shown, Note: s.c.Meetings.StartedNote(v)}, err
}

// One names a meeting.
type One struct {
	Visit
	Key string `path:"key" maxLength:"600" doc:"As the list has it"`
}

type meetingInput struct {
	One
	At
	Original time.Time `query:"original" doc:"Which occurrence of a series; the next, when absent"`
}

func (s *server) meeting(ctx context.Context, who entra.Identity, in *meetingInput) (meetings.Detail, error) {
	return s.c.Meetings.Detail(ctx, s.visitorAt(who, in.Visit, in.At), in.Key, in.Original)
}

type changeInput struct {
	One
	Body struct {
		Input    meetings.Input `json:"input"`
		Scope    meetings.Scope `json:"scope,omitempty" enum:"all,occurrence,following"`
		Original *time.Time     `json:"original,omitempty" doc:"Of the occurrence that is meant"`
		Edition  int64          `json:"edition,omitempty" doc:"Of the meeting as it was read: a change of somebody else in between is a conflict"`
		Nonce    string         `json:"nonce,omitempty" maxLength:"64" doc:"Of the form; needed with following, which makes one meeting however often it is sent"`
	}
}

func (s *server) changeMeeting(ctx context.Context, who entra.Identity, in *changeInput) (meetings.Detail, error) {
	if err := s.c.Pace.Take(ctx, who.Person, pace.Search); err != nil {
		return meetings.Detail{}, err
	}
	v := s.visitor(who, in.Visit)
	e := meetings.Edit{Scope: in.Body.Scope, Edition: in.Body.Edition, Nonce: in.Body.Nonce}
	if in.Body.Original != nil {
		e.Original = *in.Body.Original
	}
	m, err := s.c.Meetings.Revise(ctx, v, in.Key, in.Body.Input, e)
	return s.shown(ctx, v, m, e.Original, err)
}

type cancelInput struct {
	One
	Scope    meetings.Scope `query:"scope" enum:"all,occurrence,following"`
	Original time.Time      `query:"original" doc:"Of the occurrence that is meant"`
	Comment  string         `query:"comment" maxLength:"2000" doc:"For those invited"`
}

func (s *server) cancelMeeting(ctx context.Context, who entra.Identity, in *cancelInput) (meetings.Detail, error) {
	v := s.visitor(who, in.Visit)
	m, err := s.c.Meetings.End(ctx, v, in.Key, meetings.Edit{Scope: in.Scope, Original: in.Original, Comment: in.Comment})
	return s.shown(ctx, v, m, in.Original, err)
}

func (s *server) addToCalendar(ctx context.Context, who entra.Identity, in *One) (meetings.Detail, error) {
	v := s.visitor(who, in.Visit)
	m, err := s.c.Meetings.AddToCalendar(ctx, v, in.Key)
	return s.shown(ctx, v, m, time.Time{}, err)
}

type shareInput struct {
	One
	Body struct {
		Conversation teams.ConversationID `json:"conversation" maxLength:"400"`
	}
}

// Said is a sentence for the person.
type Said struct {
	Text string `json:"text"`
}

func (s *server) shareMeeting(ctx context.Context, who entra.Identity, in *shareInput) (Said, error) {
	v := s.visitor(who, in.Visit)
	place, err := s.c.Meetings.Share(ctx, v, in.Key, in.Body.Conversation)
	texts := s.c.Texts.For(v.Locale)
	if place == "" {
		return Said{texts.T("upcoming.shared_here")}, err
	}
	return Said{texts.T("upcoming.shared", "Place", place)}, err
}

type followInput struct {
	One
	Body struct {
		At
		On bool `json:"on"`
	}
}

func (s *server) follow(ctx context.Context, who entra.Identity, in *followInput) (meetings.Detail, error) {
	v := s.visitorAt(who, in.Visit, in.Body.At)
	if err := s.c.Meetings.Follow(ctx, v, in.Key, in.Body.On); err != nil {
		return meetings.Detail{}, err
	}
	return s.c.Meetings.Detail(ctx, v, in.Key, time.Time{})
}

type answerInput struct {
	One
	Body struct {
		At
		Answer  string `json:"answer" enum:"accepted,tentative,declined"`
		Edition int64  `json:"edition" doc:"Of the meeting as it was read: what has changed since is to be answered anew"`
	}
}

// answer answers with the meeting as it is shown from then on.
func (s *server) answer(ctx context.Context, who entra.Identity, in *answerInput) (meetings.Detail, error) {
	v := s.visitorAt(who, in.Visit, in.Body.At)
	if err := s.c.Meetings.Answer(ctx, v.Person, in.Key, meetings.Reply{Answer: in.Body.Answer, Edition: in.Body.Edition}); err != nil {
		return meetings.Detail{}, err
	}
	return s.c.Meetings.Detail(ctx, v, in.Key, time.Time{})
}

// Address is a page to open.
type Address struct {
	URL string `json:"url"`
}

func (s *server) startTicket(ctx context.Context, who entra.Identity, in *One) (Address, error) {
	page, err := s.c.Meetings.StartTicket(ctx, who.Person, in.Key)
	return Address{page}, err
}

type conversationsInput struct {
	Visit
	Q   string `query:"q" maxLength:"200" doc:"Part of a name"`
	For string `query:"for" enum:"meetings,whiteboards" default:"meetings" doc:"What is to be shared"`
}

// Conversations are where a meeting can be shared.
type Conversations struct {
	Conversations []Conversation `json:"conversations" nullable:"false"`
	Note          string         `json:"note"`
}

// Conversation is one of them.
type Conversation struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind" enum:"group,channel"`
	Team string `json:"team,omitempty"`
	// Silenced conversations are listed so that nobody looks for them in vain.
	Silenced  bool `json:"silenced,omitempty" doc:"Teams lets no app post there: nothing can be shared there"`
	Outsiders int  `json:"outsiders,omitempty" doc:"Guests and people of other organisations among those who are in it"`
	More      bool `json:"more_outsiders,omitempty" doc:"There may be more of them: not everybody was looked at"`
}

func (s *server) shareable(ctx context.Context, who entra.Identity, in *conversationsInput) ([]chats.Conversation, string, error) {
	if in.For == "whiteboards" {
		return s.c.Whiteboards.Conversations(ctx, s.viewer(who, in.Visit), in.Q)
	}
	return s.c.Meetings.Conversations(ctx, s.visitor(who, in.Visit), in.Q)
}

func (s *server) conversations(ctx context.Context, who entra.Identity, in *conversationsInput) (Conversations, error) {
	if err := s.c.Pace.Take(ctx, who.Person, pace.Search); err != nil {
		return Conversations{}, err
	}
	found, note, err := s.shareable(ctx, who, in)
	list := Conversations{Conversations: make([]Conversation, len(found)), Note: note}
	for i, c := range found {
		list.Conversations[i] = Conversation{
			ID: string(c.Place.Conversation), Name: cmp.Or(c.Name, string(c.Place.Kind)), Kind: string(c.Place.Kind), Team: c.Team,
			Silenced: c.Silenced, Outsiders: c.Outsiders.Count, More: c.Outsiders.More,
		}
	}
	return list, err
}

type hereInput struct {
	Visit
	Conversation teams.ConversationID `path:"conversation" maxLength:"400"`
	Team         teams.TeamID         `query:"team" maxLength:"400" doc:"Of a channel"`
}

func (s *server) here(ctx context.Context, who entra.Identity, in *hereInput) (meetings.Here, error) {
	if err := s.c.Pace.Take(ctx, who.Person, pace.Search); err != nil {
		return meetings.Here{}, err
	}
	return s.c.Meetings.Here(ctx, s.visitorAt(who, in.Visit, At{in.Conversation, in.Team}))
}

type membersInput struct {
	Visit
	Conversation teams.ConversationID `path:"conversation" maxLength:"400"`
	Team         teams.TeamID         `query:"team" maxLength:"400" doc:"Of a channel"`
	Q            string               `query:"q" maxLength:"200" doc:"Parts of names or of an address"`
}

// Members are people in a conversation.
type Members struct {
	Members []Member `json:"members" nullable:"false"`
}

// Member is one of them.
type Member struct {
	ID      string `json:"id" doc:"Stands for the address of who has none"`
	Name    string `json:"name"`
	Address string `json:"address,omitempty"`
}

func (s *server) members(ctx context.Context, who entra.Identity, in *membersInput) (Members, error) {
	if err := s.c.Pace.Take(ctx, who.Person, pace.Search); err != nil {
		return Members{}, err
	}
	found, err := s.c.Meetings.FindMembers(ctx, s.visitorAt(who, in.Visit, At{in.Conversation, in.Team}), in.Q)
	list := Members{Members: make([]Member, len(found))}
	for i, m := range found {
		list.Members[i] = Member{ID: string(m.ID), Name: m.Name, Address: m.Address}
	}
	return list, err
}

// admit answers the conversation as it is shown from then on.
func (s *server) admit(ctx context.Context, who entra.Identity, in *hereInput) (meetings.Here, error) {
	v := s.visitorAt(who, in.Visit, At{in.Conversation, in.Team})
	if err := s.c.Meetings.Admit(ctx, v); err != nil {
		return meetings.Here{}, err
	}
	return s.c.Meetings.Here(ctx, v)
}

type joinInput struct {
	Visit
	Body struct {
		Text     string `json:"text" maxLength:"2000" doc:"A meeting number, with blanks or dashes, or a link"`
		Passcode string `json:"passcode,omitempty" maxLength:"64"`
	}
}

func (s *server) join(ctx context.Context, who entra.Identity, in *joinInput) (meetings.Joined, error) {
	return s.c.Meetings.Join(ctx, s.visitor(who, in.Visit), in.Body.Text, in.Body.Passcode)
}

type screenInput struct {
	Visit
	Body struct {
		Text string `json:"text" maxLength:"2000" doc:"A meeting number, with blanks or dashes, or a link"`
	}
}

func (s *server) shareScreen(ctx context.Context, who entra.Identity, in *screenInput) (meetings.Shared, error) {
	return s.c.Meetings.Screen(ctx, s.visitor(who, in.Visit), in.Body.Text)
}

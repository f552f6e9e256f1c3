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
	huma.Register(a, operation(http.MethodPost, "/api/meetings/{key}/start", "start-meeting", "Start a meeting as its host"), handled(s, s.startTicket))
	huma.Register(a, operation(http.MethodGet, "/api/conversations", "conversations", "Where a meeting or whiteboard can be shared"), handled(s, s.conversations))
	huma.Register(a, operation(http.MethodGet, "/api/conversations/{conversation}/meetings", "conversation-meetings", "The meetings of a conversation, for who is in it"),
		handled(s, s.here))
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
func (s *server) visitor(who entra.Identity, in Visit, at ...At) meetings.Visitor {
	v := meetings.Visitor{Person: who.Person, Name: who.Name, Locale: s.c.Texts.For(in.AcceptLanguage).Locale(), Zone: in.Zone}
	for _, a := range at {
		v.At = meetings.At(a)
	}
	return v
}

type listInput struct {
	Visit
	From time.Time `query:"from" doc:"Now, when absent"`
	To   time.Time `query:"to" doc:"A month later, when absent; at most six"`
	Q    string    `query:"q" maxLength:"200" doc:"Words of the topic, or a meeting number"`
}

// MeetingList is what somebody hosts and is invited to.
type MeetingList struct {
	Meetings []meetings.Upcoming `json:"meetings" nullable:"false"`
	Notes    []string            `json:"notes" nullable:"false" doc:"What could not be asked"`
}

func (s *server) meetings(ctx context.Context, who entra.Identity, in *listInput) (MeetingList, error) {
	if in.Q != "" {
		if err := s.pace(ctx, who.Person); err != nil {
			return MeetingList{}, err
		}
	}
	found, notes, err := s.c.Meetings.Upcoming(ctx, s.visitor(who, in.Visit), meetings.List{From: in.From, To: in.To, Query: in.Q})
	if found == nil {
		found = []meetings.Upcoming{}
	}
	return MeetingList{Meetings: found, Notes: notes}, err
}

// At names the conversation in whose tab something is done.
type At struct {
	Conversation teams.ConversationID `json:"conversation,omitempty" query:"conversation" maxLength:"400" doc:"Absent in a person's own tab"`
	Team         teams.TeamID         `json:"team,omitempty" query:"team" maxLength:"400" doc:"Of a channel"`
}

type formInput struct {
	Visit
	At
	For string `query:"for" maxLength:"254" doc:"The address of the Zoom user for whom it is scheduled"`
}

// MeetingForm is the form of a new meeting.
type MeetingForm struct {
	meetings.Model
	Grants
}

func (s *server) meetingForm(ctx context.Context, who entra.Identity, in *formInput) (MeetingForm, error) {
	v := s.visitor(who, in.Visit, in.At)
	model, err := s.c.Meetings.FormModel(ctx, meetings.Form{Person: v.Person, Name: v.Name, Locale: v.Locale, Zone: v.Zone, At: v.At})
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
	v := s.visitor(who, in.Visit, in.Body.At)
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

func (s *server) startNow(ctx context.Context, who entra.Identity, in *nowInput) (meetings.Detail, error) {
	v := s.visitor(who, in.Visit, in.Body.At)
	m, err := s.c.Meetings.StartNow(ctx, v, in.Body.Nonce, in.Body.Topic)
	return s.shown(ctx, v, m, time.Time{}, err)
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
	return s.c.Meetings.Detail(ctx, s.visitor(who, in.Visit, in.At), in.Key, in.Original)
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
	v := s.visitor(who, in.Visit, in.Body.At)
	if err := s.c.Meetings.Follow(ctx, v, in.Key, in.Body.On); err != nil {
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
}

func (s *server) shareable(ctx context.Context, who entra.Identity, in *conversationsInput) ([]chats.Conversation, string, error) {
	if in.For == "whiteboards" {
		return s.c.Whiteboards.Conversations(ctx, s.viewer(who, in.Visit), in.Q)
	}
	return s.c.Meetings.Conversations(ctx, s.visitor(who, in.Visit), in.Q)
}

func (s *server) conversations(ctx context.Context, who entra.Identity, in *conversationsInput) (Conversations, error) {
	if err := s.pace(ctx, who.Person); err != nil {
		return Conversations{}, err
	}
	found, note, err := s.shareable(ctx, who, in)
	list := Conversations{Conversations: make([]Conversation, len(found)), Note: note}
	for i, c := range found {
		list.Conversations[i] = Conversation{ID: string(c.Place.Conversation), Name: cmp.Or(c.Name, string(c.Place.Kind)), Kind: string(c.Place.Kind), Team: c.Team}
	}
	return list, err
}

type hereInput struct {
	Visit
	Conversation teams.ConversationID `path:"conversation" maxLength:"400"`
	Team         teams.TeamID         `query:"team" maxLength:"400" doc:"Of a channel"`
}

func (s *server) here(ctx context.Context, who entra.Identity, in *hereInput) (meetings.Here, error) {
	if err := s.pace(ctx, who.Person); err != nil {
		return meetings.Here{}, err
	}
	return s.c.Meetings.Here(ctx, s.visitor(who, in.Visit, At{in.Conversation, in.Team}))
}

// admit answers the conversation as it is shown from then on.
func (s *server) admit(ctx context.Context, who entra.Identity, in *hereInput) (meetings.Here, error) {
	v := s.visitor(who, in.Visit, At{in.Conversation, in.Team})
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

package meetings

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/mail"
	"strings"
	"time"

	"causeway/internal/entra"
)

// Draft is what a person asks for.
type Draft struct {
	Now         bool // start at once; Start is then when it was asked
	Topic       string
	Agenda      string
	Start       time.Time // of a series, of its first occurrence
	Duration    time.Duration
	Zone        string // IANA name of the zone the person thinks in
	Passcode    bool
	WaitingRoom bool
	Everyone    bool             // invite everyone in the conversation
	Chosen      []entra.ObjectID // otherwise these

	Invitees []Guest     `json:",omitempty"` // people beyond the conversation, by address
	Rooms    []Guest     `json:",omitempty"`
	Repeat   *Recurrence `json:",omitempty"` // nil: it takes place once
	// Exceptions of a series, by their original start.
	Exceptions       []Exception `json:",omitempty"`
	PMI              bool        `json:",omitempty"` // in the person's personal meeting room
	JoinBeforeHost   *bool       `json:",omitempty"` // nil, here and below: as the person's Zoom settings say
	HostVideo        *bool       `json:",omitempty"` // the host's camera is on at the start
	ParticipantVideo *bool       `json:",omitempty"`
	Mute             *bool       `json:",omitempty"` // who enters is muted
	Audio            string      `json:",omitempty"` // both, telephony, voip, thirdParty; "" is the account's choice
	Recording        string      `json:",omitempty"` // none, local, cloud; "" is the account's choice
	AlternativeHosts []string    `json:",omitempty"` // addresses of Zoom users
	Template         string      `json:",omitempty"` // the id of a template of the Zoom account, until the meeting is made: it decides what settingsOf then leaves out
	For              string      `json:",omitempty"` // the address of the Zoom user whose meeting it will be; "" is the person's own
	Private          bool        `json:",omitempty"` // the calendar shows others that there is something, and not what
	NoTime           bool        `json:",omitempty"` // open at any time, as only Zoom makes them (type 3): Start and Duration say nothing
	Comment          string      `json:",omitempty"` // what those invited are told of a cancellation
	Next             string      `json:",omitempty"` // of a series that was cut: the meeting that goes on in its place

	// Code is a passcode that the person typed. It is stored nowhere: a meeting whose making was interrupted gets another one.
	Code string `json:"-"`
}

// clean drops what surrounds the words, and says in full what a series leaves to its first day.
func (d Draft) clean() Draft {
	d.Topic = strings.Join(strings.Fields(d.Topic), " ")
	d.Agenda = strings.TrimSpace(strings.ReplaceAll(d.Agenda, "\r\n", "\n"))
	d.For, d.Template = strings.TrimSpace(d.For), strings.TrimSpace(d.Template)
	if d.WaitingRoom && d.JoinBeforeHost != nil { // Zoom switches it off
		d.JoinBeforeHost = new(bool)
	}
	if d.Repeat == nil {
		d.Exceptions = nil
		return d
	}
	r := d.Repeat.on(d.Start.In(location(d.Zone)))
	d.Repeat = &r
	if all := d.Occurrences(); len(all) > 0 {
		d.Start = all[0].Original
	}
	return d
}

// hash tells two wishes under one nonce apart. When an ad-hoc meeting was asked for is no part of the wish, nor whether it is held in the
// personal room, which follows from settings.
func (d Draft) hash() string {
	if d.Now {
		d.Start, d.PMI = time.Time{}, false
	}
	d.Start = d.Start.UTC()
	text, _ := json.Marshal(d) // a struct of plain fields
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// End is when the meeting, or the last occurrence of a series that was not cancelled, is over.
func (d Draft) End() time.Time {
	end := d.Start.Add(d.Duration)
	if d.NoTime {
		return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if d.Repeat == nil {
		return end
	}
	for _, o := range d.Occurrences() {
		if over := o.Start.Add(o.Duration); !o.Cancelled && over.After(end) {
			end = over
		}
	}
	return end
}

// validAddress tells whether a text is one mail address and nothing else.
func validAddress(text string) bool {
	parsed, err := mail.ParseAddress(text)
	return err == nil && parsed.Address == text && len(text) <= maxAddress
}

package meetings

import (
	"cmp"

	"causeway/internal/i18n"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

// formCard makes the card of the form with what was typed, and beside each field what is wrong with it.
func (s *Service) formCard(p i18n.Printer, f Form, k known) teams.Card {
	c := teams.Card{Lang: p.Locale()}
	f.Input = f.Input.short()
	wrong := map[string]string{}
	if f.Problem != nil {
		trouble := problem.Of(f.Problem)
		c.Body = append(c.Body, teams.Container{Style: "attention", Items: []teams.Element{
			teams.TextBlock{Text: teams.Escape(p.T(trouble.Key, trouble.Args)), Wrap: true},
		}})
		for _, field := range trouble.Fields {
			wrong[field.Name] = p.T(field.Key, field.Args)
		}
	}
	add := func(name string, elements ...teams.Element) {
		c.Body = append(c.Body, elements...)
		if text := wrong[name]; text != "" {
			c.Body = append(c.Body, teams.TextBlock{
				Text: teams.Escape(text), Color: "attention", Size: "small", Wrap: true, Common: teams.Common{Spacing: "none"},
			})
		}
	}
	notes := s.notes(p, f, k)
	if k.uncalendared() { // the first note: what it means is to be read before anything is filled in
		c.Body = append(c.Body, teams.Container{Style: "warning", Items: []teams.Element{
			teams.TextBlock{Text: teams.Escape(notes[0]), Wrap: true},
		}})
		notes = notes[1:]
	}
	c.Body = append(c.Body, begunLines(p, k.begun)...)
	topic := input(p, FieldTopic, p.T("meetings.form_topic"))
	if leadsOn(f) { // what a card requires it requires of each of its buttons: who goes on to the tab may name the meeting there
		topic = optional(FieldTopic, topic.Label)
	}
	add(FieldTopic, teams.TextInput{
		Field: topic, Value: f.Input.Topic, MaxLength: maxTopic,
		Placeholder: p.T("meetings.form_topic_hint"),
	})
	if !f.Now {
		add(FieldDate, side(
			teams.DateInput{Field: input(p, FieldDate, p.T("meetings.form_date")), Value: f.Input.Date},
			teams.TimeInput{Field: input(p, FieldTime, p.T("meetings.form_time")), Value: f.Input.Time},
		))
		add(FieldTime)
		add(FieldZone, teams.ChoiceSet{
			Field: input(p, FieldZone, p.T("meetings.form_zone")), Value: f.Input.Zone, Choices: s.choices.zones(p, f.Input.Zone), Style: "compact",
		})
	}
	add(FieldDuration, teams.ChoiceSet{
		Field: input(p, FieldDuration, p.T("meetings.form_duration")), Value: f.Input.Duration, Choices: s.choices.lengths(p, f.Input.Duration),
		Style: "compact",
	})
	if f.Meeting == nil && !f.Now {
		add(FieldRepeat, side(repeatField(p, f.Input), timesField(p, f.Input)))
		add(FieldTimes)
	}
	if f.Meeting == nil && !alone(f.Place) {
		add(FieldPeople, whoFields(p, f, k)...)
	}
	c.Body = append(c.Body, security(p, f, k)...)
	add(FieldAgenda, teams.TextInput{
		Field: optional(FieldAgenda, p.T("meetings.form_agenda")), Value: f.Input.Agenda, MaxLength: maxAgenda, Multiline: true,
	})
	for i, note := range notes {
		c.Body = append(c.Body, teams.TextBlock{
			Text: teams.Escape(note), Wrap: true, Size: "small", Subtle: true, Common: teams.Common{Separator: i == 0},
		})
	}
	c.Actions = []teams.Action{formButton(p, f)}
	if leadsOn(f) {
		c.Actions = append(c.Actions, teams.Submit{Button: teams.Button{Title: p.T("meetings.form_more")}, Data: map[string]any{"do": DoMore}})
	}
	return c
}

// leadsOn tells whether the form leads to that of the tab.
func leadsOn(f Form) bool { return f.Meeting == nil && !f.Now }

// short is what was typed, no longer than the fields take.
func (in Input) short() Input {
	const word, list = 64, 2000
	for field, most := range map[*string]int{
		&in.Topic: maxTopic, &in.Agenda: maxAgenda, &in.Date: word, &in.Time: word, &in.Duration: word, &in.Zone: word, &in.Who: word,
		&in.People: list, &in.WaitingRoom: word, &in.Passcode: word, &in.Repeat: word, &in.Times: word,
	} {
		if text := []rune(*field); len(text) > most {
			*field = string(text[:most])
		}
	}
	in.People = teams.Clean(in.People)
	return in
}

func formButton(p i18n.Printer, f Form) teams.Action {
	data := map[string]any{"do": DoSchedule, "nonce": f.Nonce}
	title := p.T("meetings.form_submit")
	switch {
	case f.Meeting != nil:
		title = p.T("meetings.form_submit_change")
		data["do"], data["meeting"] = DoChange, f.Meeting.ID
	case f.Now:
		title, data["do"] = p.T("meetings.form_submit_start"), DoStart
	}
	return teams.Submit{Button: teams.Button{Title: title, Style: "positive"}, Data: data}
}

func input(p i18n.Printer, id, label string) teams.Field {
	return teams.Field{Common: teams.Common{ID: id}, Label: label, Required: true, Error: p.T("meetings.form_required")}
}

func optional(id, label string) teams.Field {
	return teams.Field{Common: teams.Common{ID: id}, Label: label}
}

func side(left, right teams.Element) teams.ColumnSet {
	return teams.ColumnSet{Columns: []teams.Column{
		{Width: "stretch", Items: []teams.Element{left}}, {Width: "stretch", Items: []teams.Element{right}},
	}}
}

// whoFields ask whom to invite: everyone, or people ticked in a list; in a large conversation names are typed.
func whoFields(p i18n.Printer, f Form, k known) []teams.Element {
	others := k.people.countWithout(f.Person)
	who := teams.ChoiceSet{
		Field: input(p, "who", p.T("meetings.form_who")), Value: f.Input.Who, Style: "expanded",
		Choices: []teams.Choice{
			{Title: p.N("meetings.form_everyone", others), Value: whoEveryone},
			{Title: p.T("meetings.form_chosen"), Value: whoChosen},
		},
	}
	if k.people.many {
		who.Choices = who.Choices[1:]
	}
	if !k.listed || others > listed {
		return []teams.Element{who, teams.TextInput{
			Field: optional(FieldPeople, p.T("meetings.form_people_typed")), Value: f.Input.People,
			Placeholder: p.T("meetings.form_people_hint"),
		}}
	}
	list := teams.ChoiceSet{
		Field: optional(FieldPeople, p.T("meetings.form_people")), Value: f.Input.People, Multi: true, Choices: make([]teams.Choice, 0, others),
		Style: "compact",
	}
	for m := range k.people.without(f.Person) {
		list.Choices = append(list.Choices, teams.Choice{Title: teams.Clean(teams.Clip(m.Name, nameShown)), Value: string(m.Person.ID)})
	}
	return []teams.Element{who, list}
}

// security are the fields about passcode and waiting room, or what the account has decided about them.
func security(p i18n.Printer, f Form, k known) []teams.Element {
	var elements []teams.Element
	if k.told && k.settings.Schedule.RequirePasscode {
		elements = append(elements, teams.TextBlock{
			Text: teams.Escape(p.T("meetings.form_passcode_required")), Wrap: true, Size: "small", Subtle: true,
		})
	} else if f.Meeting == nil && !k.roomFor(f) { // the room has its own
		elements = append(elements, toggle("passcode", p.T("meetings.form_passcode"), f.Input.Passcode))
	}
	return append(elements, toggle("waiting_room", p.T("meetings.form_waiting_room"), f.Input.WaitingRoom))
}

// repeatField offers series in the shape that most have: each day, each week or each month on the day of the date.
func repeatField(p i18n.Printer, in Input) teams.Element {
	return teams.ChoiceSet{
		Field: optional(FieldRepeat, p.T("meetings.form_repeat")), Value: cmp.Or(in.Repeat, repeatNever), Style: "compact", Choices: []teams.Choice{
			{Title: p.T("meetings.repeat_never"), Value: repeatNever},
			{Title: p.T("meetings.repeat_daily"), Value: string(Daily)},
			{Title: p.T("meetings.repeat_weekly"), Value: string(Weekly)},
			{Title: p.T("meetings.repeat_monthly"), Value: string(Monthly)},
		},
	}
}

func timesField(p i18n.Printer, in Input) teams.Element {
	return teams.TextInput{
		Field: optional(FieldTimes, p.T("meetings.form_times")), Value: in.Times, MaxLength: 2, Placeholder: p.T("meetings.form_times_hint", "Max", SeriesMost),
	}
}

func toggle(id, label, value string) teams.Toggle {
	return teams.Toggle{Field: optional(id, ""), Title: label, Value: value, Wrap: true}
}

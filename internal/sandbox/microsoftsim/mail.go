package microsoftsim

import (
	"cmp"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Letter is a mail from somebody who is not here.
type Letter struct {
	From    Contact
	To      string // handle
	Subject string
	HTML    string
}

// Deliver brings a mail into somebody's inbox, and answers its Message-ID; "" when there is no mailbox.
func (s *Sim) Deliver(l Letter) (string, error) {
	p, err := s.person(l.To)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	box := s.st.Mailboxes[p.Handle]
	if box == nil {
		return "", nil
	}
	m := &MailItem{ID: s.world.IDs.GraphID(), From: l.From, To: []Contact{addressOf(p)}, Subject: l.Subject, At: s.world.Clock.Now(), Kind: "message", HTML: l.HTML}
	box.Mail = append(box.Mail, m)
	s.ledger("mail.delivered", m.ID, l.From.Address, "to", p.Email, "kind", m.Kind)
	s.world.Changes.Publish("mail:" + p.Handle)
	return m.internetID(), nil
}

// internetID is the Message-ID.
func (m *MailItem) internetID() string {
	return "<" + strings.NewReplacer("=", "", "/", "-").Replace(m.ID) + "@" + m.From.Address[strings.LastIndexByte(m.From.Address, '@')+1:] + ">"
}

// receivedSince is the one filter of messages that is emulated.
var receivedSince = regexp.MustCompile(`^receivedDateTime ge (\S+)$`)

// inbox lists the mail of the inbox; of filters only that by time is emulated. https://learn.microsoft.com/graph/api/mailfolder-list-messages
func (s *Sim) inbox(c *graphCall) (int, any, *graphError) {
	q := c.URL.Query()
	top, refused := topOf(c, 10, 1000)
	if refused != nil {
		return 0, nil, refused
	}
	if c.PathValue("folder") != "inbox" {
		return 0, nil, errNoItem
	}
	skip, err := strconv.Atoi(cmp.Or(q.Get("$skip"), "0"))
	if err != nil || skip < 0 {
		return 0, nil, badRequest("BadRequest", "Invalid value '"+q.Get("$skip")+"' for $skip query option found.")
	}
	var since time.Time
	if filter := q.Get("$filter"); filter != "" {
		m := receivedSince.FindStringSubmatch(filter)
		if m == nil {
			return 0, nil, badRequest("ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
		}
		if since, err = time.Parse(time.RFC3339, m[1]); err != nil {
			return 0, nil, badRequest("BadRequest", "Invalid filter clause: The string '"+m[1]+"' is not a valid 'Edm.DateTimeOffset'.")
		}
	}
	field, direction, _ := strings.Cut(cmp.Or(q.Get("$orderby"), "receivedDateTime desc"), " ")
	if field != "receivedDateTime" || q.Get("$orderby") != "" && q.Get("$filter") == "" {
		return 0, nil, badRequest("InefficientFilter", "The restriction or sort order is too complex for this operation.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*MailItem
	for _, m := range s.st.Mailboxes[c.person.Handle].Mail {
		if !m.At.Truncate(time.Second).Before(since) {
			found = append(found, m)
		}
	}
	slices.SortStableFunc(found, func(a, b *MailItem) int {
		if direction == "desc" {
			return b.At.Compare(a.At)
		}
		return a.At.Compare(b.At)
	})
	list := []object{}
	for _, m := range found[min(skip, len(found)):min(skip+top, len(found))] {
		list = append(list, pick(s.message(c, m), q.Get("$select")))
	}
	answer := object{"@odata.context": s.o.BaseURL + "/graph/v1.0/$metadata#users('" + c.person.ID + "')/mailFolders('inbox')/messages", "value": list}
	if skip+top < len(found) {
		q.Set("$skip", strconv.Itoa(skip+top))
		q.Set("$top", strconv.Itoa(top))
		answer["@odata.nextLink"] = s.o.BaseURL + c.URL.Path + "?" + q.Encode()
	}
	return http.StatusOK, answer, nil
}

// getMessage is one mail. Whoever may read the basic properties alone gets no body. https://learn.microsoft.com/graph/api/message-get
func (s *Sim) getMessage(c *graphCall) (int, any, *graphError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	mail := s.st.Mailboxes[c.person.Handle].Mail
	i := slices.IndexFunc(mail, func(m *MailItem) bool { return m.ID == c.PathValue("message") })
	if i < 0 {
		return 0, nil, errNoItem
	}
	shown := pick(s.message(c, mail[i]), c.URL.Query().Get("$select"))
	shown["@odata.context"] = s.o.BaseURL + "/graph/v1.0/$metadata#users('" + c.person.ID + "')/messages/$entity"
	return http.StatusOK, shown, nil
}

var htmlTag = regexp.MustCompile(`<[^>]*>`)

// message is a mail as Graph shows it.
func (s *Sim) message(c *graphCall, m *MailItem) object {
	recipient := func(one Contact) object { return object{"emailAddress": one} }
	to := []object{}
	for _, one := range m.To {
		to = append(to, recipient(one))
	}
	text := strings.Join(strings.Fields(html.UnescapeString(htmlTag.ReplaceAllString(m.HTML, " "))), " ")
	o := object{
		"@odata.etag": `W/"` + m.ID[:min(16, len(m.ID))] + `"`, "id": m.ID, "internetMessageId": m.internetID(), "createdDateTime": m.At.UTC().Format(time.RFC3339),
		"receivedDateTime": m.At.UTC().Format(time.RFC3339), "sentDateTime": m.At.UTC().Format(time.RFC3339), "subject": m.Subject, "from": recipient(m.From),
		"sender": recipient(m.From), "toRecipients": to, "ccRecipients": []object{}, "bccRecipients": []object{}, "replyTo": []object{}, "importance": "normal",
		"hasAttachments": false, "isDraft": false, "isRead": false, "inferenceClassification": "focused",
	}
	if !c.basic {
		body := object{"contentType": "html", "content": m.HTML}
		if c.prefer.text {
			body = object{"contentType": "text", "content": text}
		}
		o["body"], o["bodyPreview"] = body, string([]rune(text)[:min(255, len([]rune(text)))])
	}
	return o
}

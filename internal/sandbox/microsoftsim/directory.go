package microsoftsim

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"causeway/internal/sandbox/world"
)

var (
	searchClause = regexp.MustCompile(`^"(displayName|mail|userPrincipalName|givenName|surname):([^"]+)"$`)
	beginsClause = regexp.MustCompile(`^startswith\((displayName|givenName|surname),'((?:[^']|'')*)'\)$`)
)

// topOf is how many are wanted, preset when nobody says.
func topOf(c *graphCall, preset, most int) (int, *graphError) {
	text := c.URL.Query().Get("$top")
	if text == "" {
		return preset, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, badRequest("Request_BadRequest", "Invalid page size specified: '"+text+"'. Must be between 1 and "+strconv.Itoa(most)+" inclusive.")
	}
	return n, nil
}

// begins says whether a word of the text begins with what is looked for, as directories index names.
func begins(text, wanted string) bool {
	text, wanted = strings.ToLower(text), strings.ToLower(wanted)
	return strings.HasPrefix(text, wanted) || slices.ContainsFunc(strings.FieldsFunc(text, func(r rune) bool {
		return strings.ContainsRune(" -'._@", r)
	}), func(word string) bool { return strings.HasPrefix(word, wanted) })
}

// allBegin says whether each word that is looked for begins one of the text.
func allBegin(text, wanted string) bool {
	return !slices.ContainsFunc(strings.Fields(wanted), func(word string) bool { return !begins(text, word) })
}

// people are those around a person: in the same chats, and in the same meetings; who is met most comes first.
// https://learn.microsoft.com/graph/api/user-list-people
func (s *Sim) people(c *graphCall) (int, any, *graphError) {
	top, refused := topOf(c, 10, 1000)
	if refused != nil {
		return 0, nil, refused
	}
	wanted := strings.Trim(c.URL.Query().Get("$search"), `"`)
	met := s.met(c.person)
	list := []object{}
	for _, p := range s.world.Seed.People {
		if met[p.Handle] > 0 && (allBegin(p.Name, wanted) || begins(p.Email, wanted)) {
			list = append(list, s.personObject(p, float64(met[p.Handle])))
		}
	}
	slices.SortStableFunc(list, func(a, b object) int {
		x, _ := dig(a, "rank").(float64)
		y, _ := dig(b, "rank").(float64)
		return int(y - x)
	})
	for _, o := range list {
		delete(o, "rank")
	}
	return http.StatusOK, object{
		"@odata.context": s.o.BaseURL + "/graph/v1.0/$metadata#users('" + c.person.ID + "')/people", "value": list[:min(top, len(list))],
	}, nil
}

func (s *Sim) personObject(p *world.Person, rank float64) object {
	addresses := []object{}
	if p.Email != "" {
		addresses = append(addresses, object{"address": p.Email, "relevanceScore": rank, "selectionLikelihood": "notSpecified"})
	}
	return object{
		"rank": rank, "id": p.ID, "displayName": p.Name, "givenName": p.Given, "surname": p.Surname, "jobTitle": p.Title, "department": p.Department,
		"userPrincipalName": p.UPN, "scoredEmailAddresses": addresses, "personType": object{"class": "Person", "subclass": "OrganizationUser"},
	}
}

// met counts the chats and meetings that a person has with others, by handle.
func (s *Sim) met(p *world.Person) map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := map[string]int{}
	for _, c := range s.st.Chats {
		if members := c.members(); c.Kind != channel && slices.Contains(members, p.Handle) {
			for _, m := range members {
				count[m]++
			}
		}
	}
	if box := s.st.Mailboxes[p.Handle]; box != nil {
		for _, e := range box.Events {
			for _, a := range append(e.Attendees, attendee{Contact: e.Organizer}) {
				if other := s.byAddress(p.Tenant, a.Address); other != nil {
					count[other.Handle]++
				}
			}
		}
	}
	delete(count, p.Handle)
	return count
}

// users searches the directory. Searching wants to be asked with ConsistencyLevel: eventual; no filter is emulated.
// https://learn.microsoft.com/graph/api/user-list
func (s *Sim) users(c *graphCall) (int, any, *graphError) {
	q := c.URL.Query()
	top, refused := topOf(c, 100, 999)
	search := q.Get("$search")
	switch {
	case refused != nil:
		return 0, nil, refused
	case q.Get("$filter") != "":
		return 0, nil, badRequest("Request_UnsupportedQuery", "Unsupported or invalid query filter clause specified.")
	case search != "" && !strings.EqualFold(c.Header.Get("ConsistencyLevel"), "eventual"):
		return 0, nil, badRequest("Request_UnsupportedQuery", "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'")
	}
	matches, refused := userSearch(search)
	if refused != nil {
		return 0, nil, refused
	}
	list := []object{}
	for _, p := range s.world.Seed.People {
		if p.Tenant == c.person.Tenant && matches(p) {
			list = append(list, pick(s.user(p), q.Get("$select")))
		}
	}
	answer := object{"@odata.context": s.o.BaseURL + "/graph/v1.0/$metadata#users", "value": list[:min(top, len(list))]}
	if q.Get("$count") == "true" {
		answer["@odata.count"] = len(list)
	}
	return http.StatusOK, answer, nil
}

// userSearch reads "displayName:ana" OR "mail:ana".
func userSearch(search string) (func(*world.Person) bool, *graphError) {
	var clauses [][]string
	for text := range strings.SplitSeq(search, " OR ") {
		m := searchClause.FindStringSubmatch(strings.TrimSpace(text))
		if m == nil && search != "" {
			return nil, badRequest("BadRequest", "Syntax error: character '"+clip(text, 1)+"' is not valid at position 0 in '"+search+"'.")
		}
		clauses = append(clauses, m)
	}
	return func(p *world.Person) bool {
		return search == "" || slices.ContainsFunc(clauses, func(m []string) bool {
			if m[1] == "displayName" {
				return allBegin(p.Name, m[2])
			}
			value := map[string]string{"mail": p.Email, "userPrincipalName": p.UPN, "givenName": p.Given, "surname": p.Surname}[m[1]]
			return strings.HasPrefix(strings.ToLower(value), strings.ToLower(m[2]))
		})
	}, nil
}

// contacts are those whom a person has written down; of filters only startswith is emulated.
// https://learn.microsoft.com/graph/api/user-list-contacts
func (s *Sim) contacts(c *graphCall) (int, any, *graphError) {
	q := c.URL.Query()
	top, refused := topOf(c, 10, 1000)
	if refused != nil {
		return 0, nil, refused
	}
	if q.Get("$search") != "" {
		return 0, nil, badRequest("ErrorInvalidUrlQuery", "The query parameter '$search' is not supported on contacts.")
	}
	matches, refused := contactFilter(q.Get("$filter"))
	if refused != nil {
		return 0, nil, refused
	}
	list := []object{}
	for i, one := range s.world.Seed.Contacts {
		if one.Owner == c.person.Handle && matches(one) {
			list = append(list, pick(object{
				"id": s.world.IDs.Named("contact", strconv.Itoa(i)).GraphID(), "displayName": one.Name, "givenName": one.Given, "surname": one.Surname,
				"companyName": one.Company, "emailAddresses": []Contact{{Name: one.Name, Address: one.Email}},
			}, q.Get("$select")))
		}
	}
	return http.StatusOK, object{
		"@odata.context": s.o.BaseURL + "/graph/v1.0/$metadata#users('" + c.person.ID + "')/contacts", "value": list[:min(top, len(list))],
	}, nil
}

func contactFilter(filter string) (func(world.Contact) bool, *graphError) {
	if filter == "" {
		return func(world.Contact) bool { return true }, nil
	}
	var clauses [][]string
	for text := range strings.SplitSeq(filter, " or ") {
		m := beginsClause.FindStringSubmatch(strings.TrimSpace(text))
		if m == nil {
			return nil, badRequest("ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
		}
		clauses = append(clauses, m)
	}
	return func(one world.Contact) bool {
		return slices.ContainsFunc(clauses, func(m []string) bool {
			value := map[string]string{"displayName": one.Name, "givenName": one.Given, "surname": one.Surname}[m[1]]
			return strings.HasPrefix(strings.ToLower(value), strings.ToLower(unquoted(m[2])))
		})
	}, nil
}

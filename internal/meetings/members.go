package meetings

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"causeway/internal/chats"
	"causeway/internal/entra"
)

// Member is somebody who is in a conversation, or was invited from there.
type Member struct {
	ID      entra.ObjectID // empty for people whom Entra does not know
	Name    string
	Address string // for mail; empty when there is none
}

// Members are the people in the conversation of a tab besides the caller, by name, for somebody who is in it now. Errors: NotReady, Forbidden
// (also where the bot may not post), NotFound, Unavailable.
func (s *Service) Members(ctx context.Context, v Visitor) ([]Member, error) {
	if err := s.c.Policy.Allow(ctx, v.Person.Tenant, feature); err != nil {
		return nil, err
	}
	place, err := s.place(ctx, v.Person, v.At)
	if err != nil {
		return nil, err
	}
	roster, err := s.rosters.of(ctx, place, s.c.Chats)
	if err != nil {
		return nil, err
	}
	var all []Member
	for m := range roster.without(v.Person) {
		all = append(all, memberOf(m))
	}
	slices.SortStableFunc(all, func(a, b Member) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return all, nil
}

// membersOffered is how many are offered at once to somebody who types.
const membersOffered = 20

// FindMembers are those of the Members who can be invited and whose names or addresses hold all of the words; at most membersOffered.
// Errors: as Members.
func (s *Service) FindMembers(ctx context.Context, v Visitor, words string) ([]Member, error) {
	all, err := s.Members(ctx, v)
	if err != nil {
		return nil, err
	}
	wanted := strings.Fields(folded(words))
	found := slices.DeleteFunc(all, func(m Member) bool {
		text := folded(m.Name + " " + m.Address)
		return m.ID == "" || slices.ContainsFunc(wanted, func(word string) bool { return !strings.Contains(text, word) })
	})
	return found[:min(len(found), membersOffered)], nil
}

// folded is a text in small letters without accents, as people type names.
func folded(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(text))
}

func memberOf(m chats.Member) Member {
	return Member{ID: m.Person.ID, Name: m.Name, Address: address(m)}
}

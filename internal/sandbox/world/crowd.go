package world

import (
	"fmt"
	"strings"
	"time"
)

// ChatMessage is something that somebody wrote before the story begins.
type ChatMessage struct {
	Handle  string   `json:"handle"` // for ReplyTo
	From    string   `json:"from"`
	Ago     Duration `json:"ago"`
	Text    string   `json:"text"`
	ReplyTo string   `json:"replyTo"`
}

// At is when it was written, relative to now.
func (m ChatMessage) At(now time.Time) time.Time { return now.Add(-time.Duration(m.Ago)) }

// generate makes n people of a company, p001 onwards, with names that do not repeat.
func generate(n int, tenant *Tenant) []*Person {
	given := strings.Fields(`Aiko Alba Amir Anja Arun Bea Bilal Cara Cem Dana Diego Elif Emre Erin Esra Farah Finn Gita Goran Hugo Ines
		Ivan Jana Jorge Kai Kofi Lea Leon Lina Luca Maja Mateo Mina Nadia Nils Nora Omar Otto Pia Ravi Rosa Sami Sara Sven Tara Theo
		Uma Vera Wim Yara Zoe`)
	family := strings.Fields(`Abadi Bauer Costa Dahl Eriksen Fischer Garcia Haas Iqbal Jensen Kaya Lopez Meyer Nakamura Olsen Popescu
		Quist Rossi Singh Tanaka Ueda Vogel Weber Yilmaz Zeman`)
	titles := []string{"Account manager", "Designer", "Engineer", "Field consultant", "Finance analyst", "Operations", "People partner", "Support specialist"}
	zones := []string{"Europe/London", "Europe/Paris", "America/New_York", "Asia/Tokyo"}
	people := make([]*Person, 0, n)
	for i := range n {
		g, f := given[i%len(given)], family[(i/len(given)+i*7)%len(family)]
		mail := strings.ToLower(g+"."+f) + fmt.Sprintf("%d@%s", i/len(given)+1, tenant.Domain)
		people = append(people, &Person{
			Handle: fmt.Sprintf("p%03d", i+1), Tenant: tenant.Handle, Name: g + " " + f, Given: g, Surname: f, Email: mail, UPN: mail,
			Title: titles[i%len(titles)], Department: tenant.Name, Kind: "member", Zoom: "none", Mailbox: true,
			Locale: "en-US", Zone: zones[i%len(zones)], Generated: true,
		})
	}
	return people
}

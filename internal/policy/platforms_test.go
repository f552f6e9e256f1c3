package policy_test

import (
	"strings"
	"testing"

	"causeway/internal/policy"
)

// released are the ids of what the product can do so far. An id that is added here needs an answer for every platform.
const released = `A2 A3 A4 A5 A6 A7 A8 A9 A22 A24 A25 A26 B1 B2 B3 B4 B5 B6 B7 B8 B9 B10 B11 B12 B13 B14 B15 B16 B17 B18 B22 B23 B24 B25 B26 C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 C11 C12
	C13 C14 C15 C16 C17 C18 C19 C20 C21 C22 C23 C24 C25 C26 C27 C28 C29 C30 C31 C32 C33 C34 C35 C36 C40 C41 C42 C43 C44 E1 E2 E3 E4 E5 E6 F1 F2 F3 F4 F12 F13 F14 F15 F25 G1 G2 G3 G4 G7 G8 G11 G12 G14`

func TestWhatWorksWhere(t *testing.T) {
	t.Parallel()
	table := policy.WhatWorksWhere()
	for _, id := range strings.Fields(released) {
		for _, platform := range policy.Platforms() {
			switch how := table[id].On(platform); how {
			case policy.Native, policy.Client, policy.Browser:
			case policy.None:
				if table[id].Why == "" {
					t.Errorf("%s is not on %s, and nothing says why", id, platform)
				}
			default:
				t.Errorf("%s on %s: %q; every feature is carried by something", id, platform, how)
			}
		}
		delete(table, id)
	}
	for id := range table {
		t.Errorf("%s is in the table and not released", id)
	}
	if screen := policy.WhatWorksWhere()["C12"]; screen.Android != policy.None || screen.IOS != policy.None || screen.Web != policy.Client {
		t.Errorf("the screen is shared from phones: %+v", screen)
	}
	if how := policy.WhatWorksWhere()["C11"].On("watch"); how != "" {
		t.Errorf("a platform that there is not: %q", how)
	}
}

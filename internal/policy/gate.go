package policy

import "causeway/internal/problem"

// notReady says which side is missing, how it stands, and with Ask which text to copy for the person who can approve it.
func notReady(s State) *problem.Error {
	zoom, microsoft := s.Zoom.Status != Approved, s.Microsoft.Status != Approved
	switch {
	case zoom && microsoft:
		return problem.New(problem.NotReady, "policy.both_missing", "Side", "both", "Ask", "policy.ask_both")
	case zoom:
		return problem.New(problem.NotReady, zoomKey(s.Zoom.Status), "Side", string(Zoom), "Ask", "policy.ask_zoom")
	}
	return problem.New(problem.NotReady, microsoftKey(s.Microsoft.Status), "Side", string(Microsoft), "Ask", "policy.ask_microsoft")
}

func zoomKey(s Status) string {
	switch s {
	case NotInstalled:
		return "policy.zoom_not_installed"
	case Waiting:
		return "policy.zoom_waiting"
	case Off:
		return "policy.zoom_off"
	}
	return "policy.zoom_unknown"
}

func microsoftKey(s Status) string {
	switch s {
	case NotInstalled:
		return "policy.microsoft_not_installed"
	case Waiting:
		return "policy.microsoft_waiting"
	case Off:
		return "policy.microsoft_off"
	}
	return "policy.microsoft_unknown"
}

// switchedOff says that an administrator does not want a feature to be used.
func switchedOff(f Feature) *problem.Error {
	switch f {
	case Meetings:
		return problem.New(problem.Forbidden, "policy.meetings_off")
	case Phone:
		return problem.New(problem.Forbidden, "policy.phone_off")
	case Whiteboard:
		return problem.New(problem.Forbidden, "policy.whiteboard_off")
	case Contacts:
		return problem.New(problem.Forbidden, "policy.contacts_off")
	case Rooms:
		return problem.New(problem.Forbidden, "policy.rooms_off")
	case TwoWaySync:
		return problem.New(problem.Forbidden, "policy.two_way_sync_off")
	case Passcodes:
		return problem.New(problem.Forbidden, "policy.passcodes_off")
	case Participants:
		return problem.New(problem.Forbidden, "policy.participants_off")
	case Recordings:
		return problem.New(problem.Forbidden, "policy.recordings_off")
	case Summaries:
		return problem.New(problem.Forbidden, "policy.summaries_off")
	case OutlookEdits:
		return problem.New(problem.Forbidden, "policy.outlook_edits_off")
	}
	return problem.New(problem.Forbidden, "policy.switched_off")
}

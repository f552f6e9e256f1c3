package store_test

import (
	"testing"

	"causeway/internal/store/storetest"
)

func TestChats(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Chats)
}

func TestContacts(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Contacts)
}

func TestNotifications(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Notifications)
}

func TestNotificationsBegun(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.NotificationsBegun)
}

func TestNotificationsTakeover(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.NotificationsTakeover)
}

func TestNotificationsLast(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.NotificationsLast)
}

func TestNotificationsMissed(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.NotificationsMissed)
}

func TestCalendar(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Calendar)
}

func TestInbox(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Inbox)
}

func TestReservations(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Reservations)
}

func TestWithdrawnWishes(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Withdrawn)
}

func TestMeetings(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Meetings)
}

func TestTyped(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Typed)
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Numbers)
}

func TestRosters(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Rosters)
}

func TestWithoutCalendar(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.WithoutCalendar)
}

func TestPreferences(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Preferences)
}

func TestAround(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Around)
}

func TestPast(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Past)
}

func TestBrought(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Brought)
}

func TestShares(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Shares)
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Places)
}

func TestWatches(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Watches)
}

func TestCopies(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Copies)
}

func TestLists(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Lists)
}

func TestLinked(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Linked)
}

func TestForgotten(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Forgotten)
}

func TestLive(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Live)
}

func TestWhiteboards(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Whiteboards)
}

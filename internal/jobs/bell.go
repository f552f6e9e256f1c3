package jobs

import (
	"context"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// sqliteDriver is River's driver with another way of hearing of new jobs. River's own would store every announcement and look for them twenty times a
// second, on the one connection that writes; but here who inserts and who works are one process.
type sqliteDriver struct {
	*riversqlite.Driver
	bell *bell
}

// GetListener hands out the bell.
func (d sqliteDriver) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return d.bell
}

// SupportsListener says that there is one.
func (d sqliteDriver) SupportsListener() bool { return true }

// SupportsListenNotify keeps River from storing announcements.
func (d sqliteDriver) SupportsListenNotify() bool { return false }

// bell announces new jobs within the process.
type bell struct{ rung chan struct{} }

func newBell() *bell { return &bell{rung: make(chan struct{}, 1)} }

func (b *bell) ring() {
	select {
	case b.rung <- struct{}{}:
	default: // it has not been heard yet
	}
}

// WaitForNotification returns when the bell was rung, with what River would have announced.
func (b *bell) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	select {
	case <-b.rung:
		return &riverdriver.Notification{Topic: "river_insert", Payload: `{"queue": "default"}`}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close has nothing to do, nor have those that follow: there is no connection.
func (b *bell) Close(context.Context) error { return nil }

// Connect does nothing.
func (b *bell) Connect(context.Context) error { return nil }

// Listen does nothing.
func (b *bell) Listen(context.Context, string) error { return nil }

// Ping does nothing.
func (b *bell) Ping(context.Context) error { return nil }

// Unlisten does nothing.
func (b *bell) Unlisten(context.Context, string) error { return nil }

// Schema is the default one.
func (b *bell) Schema() string { return "" }

// SetAfterConnectExec is for River's own tests.
func (b *bell) SetAfterConnectExec(string) {}

package database

import (
	"context"
	"errors"
)

// Waiting tells how many calls of Group wait for the next shared transaction.
func (db *DB) Waiting() int {
	db.group.mu.Lock()
	defer db.group.mu.Unlock()
	return len(db.group.waiting)
}

// GroupsAtOnce tells how many shared transactions there may be at once.
func (db *DB) GroupsAtOnce() int { return db.groupsAtOnce() }

// Kept counts the statements that a connection for reading keeps prepared.
func (db *DB) Kept(ctx context.Context) (n int, err error) {
	conn, err := db.reader.Conn(ctx)
	if err != nil {
		return 0, err
	}
	err = conn.Raw(func(raw any) error {
		for _, s := range raw.(*keeping).known {
			if s.prepared != nil {
				n++
			}
		}
		return nil
	})
	return n, errors.Join(err, conn.Close())
}

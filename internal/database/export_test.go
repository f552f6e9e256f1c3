package database

// Waiting tells how many calls of Group wait for the next shared transaction.
func (db *DB) Waiting() int {
	db.group.mu.Lock()
	defer db.group.mu.Unlock()
	return len(db.group.waiting)
}

// GroupsAtOnce tells how many shared transactions there may be at once.
func (db *DB) GroupsAtOnce() int { return db.groupsAtOnce() }

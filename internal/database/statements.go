package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"

	"modernc.org/sqlite"
)

// statementsMost is how many statements one connection keeps prepared: more than the program has that it uses often.
const statementsMost = 128

// openStatements opens a SQLite database whose connections keep the statements prepared that they are given again. Parsing is most of what a
// small query costs, and database/sql parses each time, also for libraries that know of no preparing (River).
func openStatements(dsn string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector{c}), nil
}

type connector struct{ driver.Connector }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	whole, ok := conn.(connection)
	if !ok {
		_ = conn.Close()
		return nil, fmt.Errorf("database: a connection of SQLite is a %T, which lacks what is needed", conn)
	}
	return &keeping{connection: whole, known: map[string]*statement{}}, nil
}

// connection is what SQLite's connections can.
type connection interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// prepared is what its statements can.
type prepared interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// keeping is a connection that keeps statements. As every connection of database/sql it is used by one at a time.
type keeping struct {
	connection
	known map[string]*statement
	turn  int64
}

// statement is a text that was met: prepared once it is met again, nil until then.
type statement struct {
	prepared prepared
	busy     bool // its rows are being read
	used     int64
}

// take answers a text's prepared statement for one use, or nil: it is met for the first time, is in use, or is nothing to keep.
func (k *keeping) take(ctx context.Context, text string) (*statement, error) {
	s := k.known[text]
	if s == nil {
		if !kept(text) {
			return nil, nil
		}
		if len(k.known) >= statementsMost {
			k.forget()
		}
		s = &statement{}
		k.known[text] = s
		s.used, k.turn = k.turn, k.turn+1
		return nil, nil
	}
	s.used, k.turn = k.turn, k.turn+1
	if s.busy {
		return nil, nil
	}
	if s.prepared == nil {
		raw, err := k.PrepareContext(ctx, text)
		if err != nil {
			return nil, err
		}
		ready, ok := raw.(prepared)
		if !ok {
			return nil, raw.Close()
		}
		s.prepared = ready
	}
	s.busy = true
	return s, nil
}

// kept tells whether a statement does all that it does when it runs: a pragma may when it is prepared.
func kept(text string) bool {
	word, _, _ := strings.Cut(strings.TrimLeft(text, " \t\n"), " ")
	return !strings.EqualFold(word, "pragma")
}

// forget makes room: the text that was met longest ago.
func (k *keeping) forget() {
	oldest := ""
	for text, s := range k.known {
		if !s.busy && (oldest == "" || s.used < k.known[oldest].used) {
			oldest = text
		}
	}
	if s := k.known[oldest]; s != nil && s.prepared != nil {
		_ = s.prepared.Close() // which changes nothing in the database
	}
	delete(k.known, oldest)
}

// ExecContext runs a statement.
func (k *keeping) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := k.take(ctx, text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return k.connection.ExecContext(ctx, text, args)
	}
	defer func() { s.busy = false }()
	return s.prepared.ExecContext(ctx, args)
}

// QueryContext runs a query, whose statement is in use until its rows are closed.
func (k *keeping) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := k.take(ctx, text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return k.connection.QueryContext(ctx, text, args)
	}
	rows, err := s.prepared.QueryContext(ctx, args)
	if err != nil {
		s.busy = false
		return nil, err
	}
	return result{rows, s}, nil
}

// Close closes what is kept, and the connection.
func (k *keeping) Close() error {
	for _, s := range k.known {
		if s.prepared != nil {
			_ = s.prepared.Close() // the connection says what went wrong
		}
	}
	return k.connection.Close()
}

// result are the rows of a kept statement.
type result struct {
	driver.Rows
	of *statement
}

// Close gives the statement free.
func (r result) Close() error {
	defer func() { r.of.busy = false }()
	return r.Rows.Close()
}

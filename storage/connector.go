package storage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"github.com/mattn/go-sqlite3"
)

// connector opens connections that keep their temporary tables in memory: what
// a query sorts must not lie in a file of the system's temporary folder. The
// name of a database has no parameter for that.
type connector struct{ dsn string }

func openPool(dsn string) *sql.DB { return sql.OpenDB(connector{dsn}) }

// Connect opens one connection.
func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver().Open(c.dsn) }

// Driver gives the driver that connections are opened by.
func (c connector) Driver() driver.Driver { return c.driver() }

func (c connector) driver() *sqlite3.SQLiteDriver {
	return &sqlite3.SQLiteDriver{ConnectHook: func(conn *sqlite3.SQLiteConn) error {
		if _, err := conn.Exec("PRAGMA temp_store = MEMORY", nil); err != nil {
			return fmt.Errorf("keep temporary tables in memory: %w", err)
		}
		return nil
	}}
}

// Package key is the table of everything the user can do: one row an action,
// with its keys, its contexts and what it needs. Dispatch, the hint line, help,
// the palette and the key table of the documentation are read from it, so they
// can never tell different stories.
//
// The table is data. The package imports nothing of the program.
package key

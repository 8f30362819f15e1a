// Package uitest drives the interface without a terminal: keys go in, a screen
// comes out. It holds the driver, the assertions on screens with a diff in two
// columns, the writer of pictures, and a backend of invented people.
//
// Only tests and the tools that make pictures import it.
package uitest

// Package device looks at the machine the program runs on: whether its disk is
// encrypted, who else can read the user's folders, whether the system is kept up
// to date. It needs no special rights, reads a few files and writes none. What
// it cannot decide it leaves open: inside a virtual machine or a container
// nobody can see what becomes of the bytes, so only what was proved is claimed.
//
// It also closes the program's own memory to others (Harden).
package device

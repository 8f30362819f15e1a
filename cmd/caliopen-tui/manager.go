package main

import "net"

// tellManager tells the service manager that started the program how it is
// (sd_notify(3)); without one nothing happens. Nobody else hears it, and a
// manager that does not listen is no reason to stop.
func (p *program) tellManager(state string) {
	socket := p.getenv("NOTIFY_SOCKET")
	if socket == "" {
		return
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = conn.Write([]byte(state))
}

package resolve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

// payload is the size of answers asked for over UDP: what passes everywhere
// in one piece (the DNS flag day of 2020).
const payload = 1232

// asker puts questions to the name servers of a Config.
type asker struct{ config Config }

// ask gives the first usable reply and the server it came from. With checking
// disabled the server passes on what it would itself refuse.
func (a asker) ask(ctx context.Context, name string, rrtype uint16, unchecked bool) (*dns.Msg, netip.AddrPort, error) {
	err := error(ErrServer)
	for range a.config.Attempts {
		for _, server := range a.config.Servers {
			var reply *dns.Msg
			reply, err = a.exchange(ctx, server, question(name, rrtype, unchecked))
			if err == nil {
				return reply, server, nil
			}
			if ctx.Err() != nil {
				return nil, server, ctx.Err()
			}
		}
	}
	return nil, netip.AddrPort{}, fmt.Errorf("ask for %s %s: %w", dns.TypeToString[rrtype], name, err)
}

func question(name string, rrtype uint16, unchecked bool) *dns.Msg {
	m := new(dns.Msg)
	m.SetQuestion(name, rrtype)
	m.SetEdns0(payload, true)
	m.AuthenticatedData = true // tell us what you checked (RFC 6840, 5.7)
	m.CheckingDisabled = unchecked
	return m
}

// exchange asks one server over UDP, then over TCP when the reply was cut.
func (a asker) exchange(ctx context.Context, server netip.AddrPort, m *dns.Msg) (*dns.Msg, error) {
	reply, err := a.send(ctx, "udp", server, m)
	if err == nil && reply.Rcode == dns.RcodeFormatError && m.IsEdns0() != nil {
		plain := question(m.Question[0].Name, m.Question[0].Qtype, m.CheckingDisabled)
		plain.Extra = nil // a server that knows no EDNS (RFC 6891, 7)
		reply, err = a.send(ctx, "udp", server, plain)
		m = plain
	}
	if err == nil && reply.Truncated {
		reply, err = a.send(ctx, "tcp", server, m)
	}
	switch {
	case err != nil:
		return nil, err
	case reply.Rcode != dns.RcodeSuccess && reply.Rcode != dns.RcodeNameError:
		return nil, fmt.Errorf("%w: %s", ErrServer, dns.RcodeToString[reply.Rcode])
	}
	return reply, nil
}

var errReply = errors.New("a reply to another question")

func (a asker) send(ctx context.Context, network string, server netip.AddrPort, m *dns.Msg) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, a.config.Timeout)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, server.String())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	wire := &dns.Conn{Conn: conn, UDPSize: payload}
	if err := wire.WriteMsg(m); err != nil {
		return nil, err
	}
	return receive(wire, network, m)
}

// receive waits for the reply to exactly this question. Over UDP anything else
// is passed over: somebody may be guessing (RFC 5452, 9.1).
func receive(wire *dns.Conn, network string, m *dns.Msg) (*dns.Msg, error) {
	for range 32 {
		reply, err := wire.ReadMsg()
		if err == nil && answers(m, reply) {
			return reply, nil
		}
		var gone net.Error
		if network == "tcp" || errors.As(err, &gone) {
			return nil, errors.Join(errReply, err)
		}
	}
	return nil, errReply
}

func answers(m, reply *dns.Msg) bool {
	if !reply.Response || reply.Id != m.Id || reply.Opcode != m.Opcode || len(reply.Question) != 1 {
		return false
	}
	q, r := m.Question[0], reply.Question[0]
	return q.Qtype == r.Qtype && q.Qclass == r.Qclass && dns.CanonicalName(q.Name) == dns.CanonicalName(r.Name)
}

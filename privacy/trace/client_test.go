package trace

import "testing"

func TestClientAddress(t *testing.T) {
	for _, c := range []struct{ name, received, want string }{
		{"logged in from home", "from laptop (dsl.example.com [198.51.100.7]) by mx.example.net (Postfix) with ESMTPSA id 1; x", "shown"},
		{"over IPv6", "from laptop ([IPv6:2001:db8::7]) by mx.example.net (Postfix) with ESMTPSA id 1; x", "shown"},
		{"address left out", "from localhost by mx.example.net (Postfix) with ESMTPSA id 1; x", "hidden"},
		{"address replaced", "from laptop ([127.0.0.1]) by mx.example.net (Postfix) with ESMTPSA id 1; x", "hidden"},
		{"in the same network", "from laptop ([10.0.0.4]) by mx.example.net (Postfix) with ESMTPSA id 1; x", "hidden"},
		{"handed on inside", "from out.example.net (out.example.net [192.0.2.5]) by mx.example.net with ESMTPS id 1; x", "hidden"},
		{"behind a line of the provider", "from out.example.net (out.example.net [192.0.2.5]) by mx.example.net with ESMTPS id 2; x\nReceived: from laptop ([198.51.100.7]) by out.example.net with ESMTPSA id 1; x", "shown"},
		{"old server, no login told", "from laptop (dsl.example.com [198.51.100.7]) by mx.example.net with ESMTP id 1; x", "shown"},
		{"by web mail", "by mx.example.net (Postfix, from userid 33) id 1; x", "hidden"},
	} {
		if got := ClientAddress(Observe([]byte("Received: "+c.received+"\n"+from)), provider()); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if got := ClientAddress(Observe([]byte(from)), provider()); got != "" {
		t.Errorf("no lines at all: %q", got)
	}
}

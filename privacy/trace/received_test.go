package trace

import (
	"strings"
	"testing"
)

// TestReceivedFamilies holds one line of each family of mail servers.
func TestReceivedFamilies(t *testing.T) {
	for _, c := range []struct {
		family, line           string
		by, from, tls, ip, key string
		network                bool
	}{
		{
			"postfix", "from out.example.org (out.example.org [192.0.2.1])\r\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\r\n\t key-exchange X25519 server-signature RSA-PSS (2048 bits))\r\n\t(No client certificate requested)\r\n\tby mx.example.net (Postfix) with ESMTPS id 4ABC\r\n\tfor <zoe@example.net>; Mon, 2 Nov 2026 10:00:00 +0000 (UTC)",
			"mx.example.net", "out.example.org", "1.3", "192.0.2.1", "ESMTPS", true,
		},
		{
			"stalwart", "from out.example.org (out.example.org [192.0.2.1])\r\n\t(using TLSv1.3 with cipher TLS13_AES_256_GCM_SHA384)\r\n\tby mx.example.net (Stalwart SMTP) with ESMTPS id 1;\r\n\tMon, 2 Nov 2026 10:00:00 +0000",
			"mx.example.net", "out.example.org", "1.3", "192.0.2.1", "ESMTPS", true,
		},
		{
			"gmail", "from out.example.org (out.example.org. [2001:db8::25])\n        by mx.big.example with ESMTPS id x12si34567.8.2026.11.02\n        for <zoe@big.example>\n        (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);\n        Mon, 02 Nov 2026 02:00:00 -0800 (PST)",
			"mx.big.example", "out.example.org", "1.3", "2001:db8::25", "ESMTPS", true,
		},
		{
			"sendmail", "from out.example.org (out.example.org [192.0.2.1] (may be forged)) by mx.example.net (8.17.1/8.17.1) with ESMTPS id 123 (version=TLSv1.2 cipher=ECDHE-RSA-AES256-GCM-SHA384 bits=256 verify=NO); Mon, 2 Nov 2026",
			"mx.example.net", "out.example.org", "1.2", "192.0.2.1", "ESMTPS", true,
		},
		{
			"exchange", "from A1.prod.example.com (2001:db8::1) by B2.prod.example.com (2001:db8::2) with Microsoft SMTP Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.1; Mon, 2 Nov 2026",
			"b2.prod.example.com", "a1.prod.example.com", "1.2", "2001:db8::1", "SMTP", true,
		},
		{
			"exim", "from out.example.org ([192.0.2.1])\n\tby mx.example.net with esmtps  (TLS1.3) tls TLS_AES_256_GCM_SHA384\n\t(Exim 4.97)\n\t(envelope-from <paul@example.org>)\n\tid 1abc-0001-XY; Mon, 02 Nov 2026",
			"mx.example.net", "out.example.org", "1.3", "192.0.2.1", "ESMTPS", true,
		},
		{
			"exim, no name", "from [192.0.2.1] (helo=out.example.org)\n\tby mx.example.net with esmtp (Exim 4.97) id 1abc; Mon",
			"mx.example.net", "[192.0.2.1]", "", "192.0.2.1", "ESMTP", true,
		},
		{
			"exim old", "from out.example.org ([192.0.2.1]) by mx.example.net with esmtps (TLS1.2:ECDHE_RSA_AES_256_GCM_SHA384:256) (Exim 4.80) id 1abc; Mon",
			"mx.example.net", "out.example.org", "1.2", "192.0.2.1", "ESMTPS", true,
		},
		{
			"exim, other order", "from out.example.org ([192.0.2.1]) by mx.example.net with esmtp (TLSv1:AES256-SHA:256) id 1abc; Mon",
			"mx.example.net", "out.example.org", "1.0", "192.0.2.1", "ESMTP", true,
		},
		{
			"opensmtpd", "from out.example.org (out.example.org [192.0.2.1])\n\tby mx.example.net (OpenSMTPD) with ESMTPS id 1a2b3c4d (TLSv1.3:TLS_AES_256_GCM_SHA384:256:NO)\n\tfor <zoe@example.net>;\n\tMon, 2 Nov 2026",
			"mx.example.net", "out.example.org", "1.3", "192.0.2.1", "ESMTPS", true,
		},
		{
			"qmail", "from unknown (HELO out.example.org) (192.0.2.1)\n  by mx.example.net with (ECDHE-RSA-AES256-GCM-SHA384 encrypted) SMTP; 2 Nov 2026",
			"mx.example.net", "unknown", "yes", "192.0.2.1", "SMTP", true,
		},
		{
			"keyword", "from out.example.org ([192.0.2.1]) by mx.example.net with UTF8SMTPS id 1; Mon",
			"mx.example.net", "out.example.org", "yes", "192.0.2.1", "UTF8SMTPS", true,
		},
		{
			"plain", "from out.example.org (out.example.org [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id 1; Mon",
			"mx.example.net", "out.example.org", "", "192.0.2.1", "ESMTP", true,
		},
		{
			"courier", "from out.example.org (out.example.org [::ffff:192.0.2.1])\n  (TLS: TLSv1.2,256bits,ECDHE-RSA-AES256-GCM-SHA384)\n  by mx.example.net with ESMTPS id 1; Mon",
			"mx.example.net", "out.example.org", "yes", "192.0.2.1", "ESMTPS", true,
		},
		{"exim, very old", "from out.example.org ([192.0.2.1]) by mx.example.net with esmtp (Cipher TLSv1:DES-CBC3-SHA:168) (Exim 3.31) id 1; Mon", "mx.example.net", "out.example.org", "1.0", "192.0.2.1", "ESMTP", true},
		{"exim, clause alone", "from out.example.org ([192.0.2.1]) by mx.example.net with esmtp tls TLS_AES_256_GCM_SHA384 id 1; Mon", "mx.example.net", "out.example.org", "yes", "192.0.2.1", "ESMTP", true},
		{"two withs", "from out.example.org ([192.0.2.1]) by mx.example.net with ESMTP with TLS; Mon", "mx.example.net", "out.example.org", "yes", "192.0.2.1", "ESMTP", true},
		{"keyword with a cipher", "from out.example.org ([192.0.2.1]) by mx.example.net with ESMTP/TLS/DHE-RSA-AES256-SHA; Mon", "mx.example.net", "out.example.org", "yes", "192.0.2.1", "ESMTP/TLS/DHE-RSA-AES256-SHA", true},
		{"a sender called by", "from by (y [192.0.2.1]) by mx.example.net with ESMTP id 1; Mon", "mx.example.net", "by", "", "192.0.2.1", "ESMTP", true},
		{"pickup", "(Postfix, from userid 1000) id 4ABC; Mon", "", "", "", "", "", false},
		{"local", "by mx.example.net (Postfix, from userid 0) id 4ABC; Mon", "mx.example.net", "", "", "", "", false},
		{"exim local", "from root by mx.example.net with local (Exim 4.97) id 1; Mon", "mx.example.net", "root", "", "", "", false},
		{"lmtp", "from mx.example.net ([10.0.0.1])\n\tby store.example.net with LMTP\n\tid abc; Mon", "store.example.net", "mx.example.net", "", "10.0.0.1", "LMTP", false},
		{"lmtps", "from mx.example.net by store.example.net with LMTPS id abc; Mon", "store.example.net", "mx.example.net", "yes", "", "LMTPS", false},
		{"http", "from [192.0.2.7] by web.example.net via HTTP; Mon", "web.example.net", "[192.0.2.7]", "", "192.0.2.7", "", false},
		{"qmail invoked", "(qmail 1234 invoked by uid 1000); 2 Nov 2026", "", "", "", "", "", false},
		{"big, inside", "by 2001:db8:a05::1 with SMTP id abc; Mon", "2001:db8:a05::1", "", "", "", "SMTP", false},
	} {
		h := readReceived([]byte(c.line))
		if h.By != c.by || h.From != c.from || h.TLS != c.tls || h.IP != c.ip || keyword([]byte(h.With)) != c.key || h.Network != c.network {
			t.Errorf("%s:\n got by %q from %q tls %q ip %q with %q network %v", c.family, h.By, h.From, h.TLS, h.IP, h.With, h.Network)
		}
	}
}

// TestTheSenderCannotWriteTLS gives lines in which the sender's own words (its
// name, its address, the recipient's) look like TLS, or like another machine.
func TestTheSenderCannotWriteTLS(t *testing.T) {
	for _, line := range []string{
		"from TLSv1.3 (TLSv1.3 [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id 1; Mon",
		"from [192.0.2.1] (helo=TLS1.3) by mx.example.net with esmtp (envelope-from <TLS1.3@example.org>) id 1; Mon",
		"from x ([192.0.2.1] helo=version=TLS1_3) by mx.example.net with esmtp id 1; Mon",
		"from x (HELO version=TLS1_3) (192.0.2.1) by mx.example.net with SMTP; Mon",
		"from x (y [192.0.2.1]) by mx.example.net with ESMTP id 1 for <\"(version=TLS1_3)\"@example.net>; Mon (TLSv1.3)",
		"from with (y [192.0.2.1]) by mx.example.net with ESMTP id 1; with ESMTPS (TLS1.3)",
	} {
		if h := readReceived([]byte(line)); h.TLS != "" || h.By != "mx.example.net" {
			t.Errorf("TLS %q by %q in %s", h.TLS, h.By, line)
		}
	}
}

func TestTheSenderCannotCallItselfThisMachine(t *testing.T) {
	for _, line := range []string{
		"from [127.0.0.1] (unknown [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id 1; Mon",
		"from x (HELO 127.0.0.1) (192.0.2.1) by mx.example.net with SMTP; Mon",
		"from x (HELO 127.0.0.1) by mx.example.net with SMTP; Mon",
		"from x ([192.0.2.1] helo=[127.0.0.1]) by mx.example.net with esmtp id 1; Mon",
		"from x ([192.0.2.1] [127.0.0.1]) by mx.example.net with esmtp id 1; Mon",
		"from [127.0.0.1] by mx.example.net with ESMTP id 1; Mon",
		"from [127.0.0.1] (localhost) by mx.example.net with ESMTP id 1; Mon",
	} {
		if h := readReceived([]byte(line)); loopback(h.IP) {
			t.Errorf("taken for this machine: %s", line)
		}
	}
}

func TestOddReceived(t *testing.T) {
	long := strings.Repeat("a", 4*maxName)
	for _, line := range []string{"", ";", "from", "from by", "(((", "\\", "\"", "from (", "by\xff\xfe (", "from " + long + " by " + long + " with " + long} {
		h := readReceived([]byte(line))
		for _, s := range []string{h.By, h.From, h.With, h.Name, h.IP, h.TLS} {
			if len(s) > maxName {
				t.Errorf("%d bytes kept of %.20q", len(s), line)
			}
		}
	}
}

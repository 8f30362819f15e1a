package trace

import (
	"reflect"
	"strings"
	"testing"
)

const sample = "Return-Path: <paul@example.org>\r\n" +
	"Received: from mx.example.net ([10.0.0.1]) by store.example.net with LMTP id 1; Mon\r\n" +
	"authentication-results: mx.example.net;\r\n\tdkim=pass header.d=example.org\r\n" +
	"Received: from out.example.org (out.example.org [192.0.2.1])\r\n\t(using TLSv1.3 with cipher X)\r\n\tby mx.example.net (Postfix) with ESMTPS id 2; Mon\r\n" +
	"DKIM-Signature: v=1; d=example.org\r\n" +
	"From: \"Paul, from the shop\" <paul@example.org> (at work, mostly)\r\n" +
	"List-Id: The garden <garden.Lists.example.org>\r\n" +
	"Subject: Received: nothing\r\n" +
	"\r\n" +
	"Received: from the body\r\n"

func TestObserve(t *testing.T) {
	o := Observe([]byte(sample))
	if len(o.Hops) != 2 || o.Hops[0].Network || !o.Hops[1].Network || o.Hops[1].TLS != "1.3" {
		t.Errorf("hops %+v", o.Hops)
	}
	if len(o.Claims) != 1 || o.Claims[0].Above != 1 {
		t.Errorf("claims %+v", o.Claims)
	}
	if !o.DKIM || o.From != 1 || o.List != "garden.lists.example.org" {
		t.Errorf("dkim %v from %d list %q", o.DKIM, o.From, o.List)
	}
	if lf := Observe([]byte(strings.ReplaceAll(sample, "\r\n", "\n"))); !reflect.DeepEqual(lf, o) {
		t.Errorf("with bare line feeds: %+v", lf)
	}
}

func TestCountAddresses(t *testing.T) {
	for from, want := range map[string]int{
		"paul@example.org":                                   1,
		"Paul <paul@example.org>":                            1,
		"\"paul@bank.example\" <paul@example.org>":           1,
		"paul@example.org <paul@example.org>":                1,
		"a@example.org, b@example.org":                       2,
		"\"a@example.org, b\" <c@example.org>":               1,
		"A <a@example.org> <b@example.org>":                  2,
		"Team: a@example.org, B <b@example.org>;":            2,
		"(a@example.org, b@example.org)":                     0,
		"":                                                   0,
		"Paul":                                               0,
		"<paul@example.org> (the, real; one <x@example.org)": 1,
	} {
		if got := Observe([]byte("From: " + from + "\n")).From; got != want {
			t.Errorf("%q: %d addresses, want %d", from, got, want)
		}
	}
	if got := Observe([]byte("From: a@example.org\nFrom: b@example.org\n")).From; got != 2 {
		t.Errorf("two fields: %d addresses", got)
	}
}

func TestEncodeDecode(t *testing.T) {
	o := Observe([]byte(sample))
	data := o.Encode()
	back, err := Decode(data)
	if err != nil || !reflect.DeepEqual(back, o) {
		t.Fatalf("%v\n got %+v\nwant %+v", err, back, o)
	}
	if len(data) > 300 {
		t.Errorf("%d bytes for two hops", len(data))
	}
	for i := range data {
		if _, err := Decode(data[:i]); err == nil {
			t.Errorf("cut at %d of %d, and accepted", i, len(data))
		}
	}
	if _, err := Decode(append(data, 0)); err == nil {
		t.Error("a byte too many, and accepted")
	}
}

func TestObserveIsBounded(t *testing.T) {
	line := "Received: from a ([192.0.2.1]) by mx.example.net with ESMTPS id 1; Mon\r\n"
	results := "Authentication-Results: mx.example.net" + strings.Repeat("; dkim=pass header.d=example.org", 1000) + "\r\n"
	for _, header := range []string{
		strings.Repeat(line, 100_000),
		strings.Repeat(results, 1000),
		"Received: " + strings.Repeat("(", 1_000_000),
		"From: " + strings.Repeat("a@b,", 1_000_000),
		"List-Id: <" + strings.Repeat("x", 1_000_000),
		strings.Repeat("X: y\n", 200_000),
		strings.Repeat(" ", 1_000_000),
	} {
		if n := len(Observe([]byte(header)).Encode()); n > 60_000 {
			t.Errorf("%d bytes kept of %.30q…", n, header)
		}
	}
}

func BenchmarkObserveAndJudge(b *testing.B) {
	header := []byte(strings.Replace(sample, "Subject:", "X-Spam: "+strings.Repeat("word ", 800)+"\r\nSubject:", 1))
	trust := Trust{Hosts: []string{"mx.example.net"}, IDs: []string{"mx.example.net"}}
	b.ReportAllocs()
	for b.Loop() {
		Judge(Observe(header), trust, "example.org")
	}
}

func BenchmarkDecodeAndJudge(b *testing.B) {
	data := Observe([]byte(sample)).Encode()
	trust := Trust{Hosts: []string{"mx.example.net"}, IDs: []string{"mx.example.net"}}
	b.ReportAllocs()
	for b.Loop() {
		o, _ := Decode(data)
		Judge(o, trust, "example.org")
	}
}

package tofu

import (
	"slices"
	"time"
)

// Verify notes that the user compared the key with its holder. The holder has
// then said which key is his, so that those still undecided are refused.
func (s Set) Verify(fingerprint, how string, now time.Time) Set {
	i := s.index(fingerprint)
	if i < 0 {
		return s
	}
	s = s.settle(i)
	s[i].Policy, s[i].Decided, s[i].How = Verified, now, how
	return s
}

// Accept notes that the user takes the key, unchecked, from now on. What the
// earlier keys signed keeps its worth.
func (s Set) Accept(fingerprint string, now time.Time) Set {
	i := s.index(fingerprint)
	if i < 0 {
		return s
	}
	s = slices.Clone(s)
	s[i].Policy, s[i].Decided, s[i].How = Accepted, now, ""
	return s
}

// Keep notes that the user goes on with what is established. The undecided
// keys are refused, whichever of all was asked about.
func (s Set) Keep() Set { return s.settle(-1) }

// settle refuses every undecided key but the i-th.
func (s Set) settle(i int) Set {
	s = slices.Clone(s)
	for j := range s {
		if j != i && s[j].Policy == Waiting {
			s[j].Policy = Refused
		}
	}
	return s
}

// Refuse notes that the key is never to be used for the address.
func (s Set) Refuse(fingerprint string) Set {
	i := s.index(fingerprint)
	if i < 0 {
		return s
	}
	s = slices.Clone(s)
	s[i].Policy, s[i].Decided, s[i].How = Refused, time.Time{}, ""
	return s
}

// Forget takes back what was decided about the key. Beside another established
// key it is undecided then.
func (s Set) Forget(fingerprint string) Set {
	i := s.index(fingerprint)
	if i < 0 {
		return s
	}
	s = slices.Clone(s)
	s[i].Policy, s[i].Decided, s[i].How = Auto, time.Time{}, ""
	if s[i].established() && s.contested(i) {
		s[i].Policy = Waiting
	}
	return s
}

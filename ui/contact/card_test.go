package contact

import (
	"slices"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

func TestOfEqualWaysThatWhichIsUsedStandsFirst(t *testing.T) {
	way := func(id string, score int, used, proven bool, rejected string) conversation.Prediction {
		return conversation.Prediction{
			Channel: conversation.Channel{ID: id}, Index: privacy.Index{Score: score},
			LastUsed: used, Proven: proven, Rejected: conversation.Reason{Code: rejected},
		}
	}
	ways := []conversation.Prediction{
		way("paused", 90, true, true, "route.paused"), way("idle", 38, false, false, ""),
		way("tried", 38, false, true, ""), way("used", 38, true, true, ""), way("best", 50, false, false, ""),
	}
	slices.SortStableFunc(ways, byUse)
	var got []string
	for _, w := range ways {
		got = append(got, w.Channel.ID)
	}
	if want := "best used tried idle paused"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
}

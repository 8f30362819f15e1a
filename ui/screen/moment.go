package screen

import (
	"time"

	"github.com/caliopen/caliopen-tui/ui/kit"
)

// Lasts puts a duration into a few columns: "40 s", "6 min", "2 h 10".
func Lasts(cat kit.Catalogue, d time.Duration) string {
	switch {
	case d < time.Minute:
		return cat.T("lasts.seconds", map[string]any{"Seconds": max(int(d.Seconds()+0.999), 1)})
	case d < time.Hour:
		return cat.T("lasts.minutes", map[string]any{"Minutes": int(d.Minutes() + 0.5)})
	case d < 48*time.Hour:
		whole := d.Round(time.Minute)
		return cat.T("lasts.hours", map[string]any{"Hours": int(whole.Hours()), "Minutes": twoDigits(int(whole.Minutes()) % 60)})
	}
	return cat.N("lasts.days", int(d.Hours()/24), nil)
}

func twoDigits(n int) string { return string([]byte{'0' + byte(n/10%10), '0' + byte(n%10)}) }

// When puts a moment to come into words, in the user's zone: "today 15:04",
// "tomorrow 09:00", "Monday 30 November 09:00".
func When(env *Env, t time.Time) string { return env.Cat.When(t, env.Now()) }

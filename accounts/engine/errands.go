package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// resting says that some work was not tried, and for how long it rests.
type resting struct{ wait time.Duration }

func (resting) Error() string { return "resting" }

// runErrands does what the user asked for as soon as he asks, whatever else
// the account is doing.
func (w *worker) runErrands(ctx context.Context) {
	for ctx.Err() == nil {
		told := w.rests.changed()
		next, _ := w.errands(ctx) // troubles are told as they come up
		pause(ctx, next, w.jobs, told)
	}
}

// errands runs the acts first, so that a message answered and archived is
// archived, then the outbox, then what is wanted whole. One of them that fails
// keeps none of the others. It gives when it has to run again.
func (w *worker) errands(ctx context.Context) (next time.Duration, err error) {
	next = forever
	var errs []error
	rests := false
	again := func(wait time.Duration, err error) {
		var rest resting
		switch {
		case errors.As(err, &rest):
			next, rests = min(next, rest.wait), true
		case err != nil:
			errs = append(errs, err)
			next = min(next, firstPause)
		}
		if wait > 0 {
			next = min(next, wait)
		}
	}
	again(0, w.replay(ctx))
	again(w.deliver(ctx))
	again(0, w.keep(ctx))
	again(0, w.complete(ctx))
	if len(errs) == 0 && !rests {
		w.rests.idle(toAct) // what failed before is not wanted any more
	}
	return next, errors.Join(errs...)
}

// through runs some work if it may be tried now. Being told to end is no error
// of it.
func (w *worker) through(ctx context.Context, k work, f func() error) error {
	if wait, ok := w.rests.enter(k); !ok {
		return resting{wait}
	}
	err := w.safely("errand", f)
	if ctx.Err() != nil {
		w.left(k, context.Canceled)
		return err
	}
	w.left(k, err)
	return err
}

// acted knows which copies were changed on the server by acts in the course of
// a pass: what the pass was told of them may be older than that.
type acted struct {
	sync.Mutex
	leaving chan struct{} // holds one token unless acts are on their way, or messages are swept
	copies  map[copyKey]bool
	passes  int           // good ones so far
	running bool          // a pass is under way
	late    map[int64]int // tasks that wait for one, and how many there were before
}

// copyKey identifies a copy on a server.
type copyKey struct {
	folder   string
	validity uint32
	uid      uint32
	id       string
}

// begin forgets the copies: a new pass asks the server for everything anew.
func (a *acted) begin() {
	a.Lock()
	defer a.Unlock()
	a.copies, a.running = map[copyKey]bool{}, true
}

// over notes that a pass has ended, well or not.
func (a *acted) over() {
	a.Lock()
	defer a.Unlock()
	a.running = false
}

// ended counts a good pass: what waited for one may be tried.
func (a *acted) ended() {
	a.Lock()
	defer a.Unlock()
	a.passes++
}

// ripe leaves out the tasks that wait for a pass, and those on the same copy
// that come after one. What would move a copy to where it lies takes back a move
// of which nobody knows whether the server did it: a pass tells where it is now.
func (a *acted) ripe(tasks []accounts.Task) (out []accounts.Task) {
	a.Lock()
	defer a.Unlock()
	behind := map[copyKey]bool{}
	for _, t := range tasks {
		key := copyKey{t.Folder, t.Validity, t.UID, t.RemoteID}
		before, waits := a.late[t.ID]
		if !waits && t.Target != "" && t.Target == t.Folder {
			before, waits = a.put(t.ID), true
		}
		behind[key] = behind[key] || waits && before >= a.passes
		if !behind[key] {
			out = append(out, t)
		}
	}
	return out
}

// put puts a task off until after a pass that begins from now on, and gives how
// many there have to be before. The caller holds the lock.
func (a *acted) put(id int64) int {
	if a.late == nil {
		a.late = map[int64]int{}
	}
	a.late[id] = a.passes
	if a.running {
		a.late[id]++
	}
	return a.late[id]
}

// wait puts a task off until after a pass; it gives false when it was put off
// before, which did not help.
func (a *acted) wait(id int64) bool {
	a.Lock()
	defer a.Unlock()
	if _, before := a.late[id]; before {
		delete(a.late, id)
		return false
	}
	a.put(id)
	return true
}

// waiting tells whether a task waits for a pass.
func (a *acted) waiting() bool {
	a.Lock()
	defer a.Unlock()
	return len(a.late) > 0
}

// note remembers the copies of those tasks that are done.
func (a *acted) note(tasks []accounts.Task, done []int64) {
	ok := numbers(done)
	for _, t := range tasks {
		if ok[t.ID] && a.copies != nil {
			a.copies[copyKey{t.Folder, t.Validity, t.UID, t.RemoteID}] = true
		}
	}
}

// replay brings the user's acts to the server.
func (w *worker) replay(ctx context.Context) error {
	tasks, err := w.o.Store.Tasks(ctx, w.id())
	if err != nil {
		return err
	}
	tasks, there := lying(w.acts.ripe(tasks))
	if len(there) > 0 { // no server need be asked, and some would delete it
		err = w.doneTasks(ctx, nil, there)
	}
	if err != nil || len(tasks) == 0 {
		return err
	}
	refused := false
	err = w.through(ctx, toAct, func() (err error) {
		refused, err = w.apply(ctx, tasks)
		return err
	})
	if err == nil && refused {
		return w.replay(ctx)
	}
	return err
}

// lying takes those acts out that would move a copy to where it lies.
func lying(tasks []accounts.Task) (rest []accounts.Task, there []int64) {
	for _, t := range tasks {
		if t.Target != "" && t.Target == t.Folder {
			there = append(there, t.ID)
		} else {
			rest = append(rest, t)
		}
	}
	return rest, there
}

// apply replays some acts. While they are on their way no message is swept: the
// pass may have seen it gone from one folder and not yet seen it in the other.
func (w *worker) apply(ctx context.Context, tasks []accounts.Task) (refused bool, err error) {
	select {
	case <-w.acts.leaving:
		defer func() { w.acts.leaving <- struct{}{} }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if err := w.o.Store.AttemptTasks(ctx, ids(tasks)); err != nil {
		return false, fmt.Errorf("engine: note acts tried: %w", err)
	}
	done, err := w.acc.Transport.Apply(ctx, tasks)
	if serr := w.doneTasks(ctx, tasks, done); serr != nil {
		return false, fmt.Errorf("engine: note acts done: %w", serr)
	}
	switch {
	case err == nil:
		return false, nil
	case errors.Is(err, accounts.ErrRefused), errors.Is(err, accounts.ErrFolder), errors.Is(err, accounts.ErrUnsupported):
		// The server will never do it: give up on this one act, go on with the rest.
		// Where the folder was made anew or renamed, a pass may find the message.
		if t, ok := firstLeft(tasks, done); ok {
			if (errors.Is(err, accounts.ErrStale) || errors.Is(err, accounts.ErrFolder)) && w.acts.wait(t.ID) {
				ask(w.looks)
				return true, nil
			}
			w.o.Log.Warn("act refused", "account", w.id(), "kind", t.Kind, "err", err)
			if ferr := w.o.Store.FailTask(ctx, t.ID, err.Error()); ferr != nil {
				return false, ferr
			}
			w.o.Publish(conversation.Event{All: true})
			return true, nil
		}
	}
	return false, fmt.Errorf("engine: replay acts: %w", err)
}

// doneTasks notes acts as done. The server has done them: that must be kept
// also when the program is asked to end right now.
func (w *worker) doneTasks(ctx context.Context, tasks []accounts.Task, done []int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	w.acts.Lock()
	defer w.acts.Unlock()
	w.acts.note(tasks, done)
	return w.o.Store.DoneTasks(ctx, done)
}

func ids(tasks []accounts.Task) []int64 {
	out := make([]int64, len(tasks))
	for i := range tasks {
		out[i] = tasks[i].ID
	}
	return out
}

func numbers(ids []int64) map[int64]bool {
	set := make(map[int64]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// firstLeft gives the first task that is not among those done.
func firstLeft(tasks []accounts.Task, done []int64) (accounts.Task, bool) {
	ok := numbers(done)
	for _, t := range tasks {
		if !ok[t.ID] {
			return t, true
		}
	}
	return accounts.Task{}, false
}

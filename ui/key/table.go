package key

// Table gives the built-in table. Nothing that takes something away lies on A
// B C D H F O or [: on a slow line the bytes of an arrow key can arrive apart,
// and "ESC [ A" must never mean more than a movement.
func Table() []Action {
	var all []Action
	for _, part := range [][]Action{move(), places(), inList(), inTimeline(), inComposer(), inReview(), inOthers(), inSearch(), aboutKeys(), everywhere()} {
		all = append(all, part...)
	}
	return all
}

// lists are the contexts in which a cursor moves over rows.
func lists() []Context {
	return []Context{List, Timeline, Contacts, Contact, Privacy, Search, Activity, Accounts, Overlay, Saved}
}

func move() []Action {
	in := lists()
	return []Action{
		{ID: Down, Keys: []string{"j", "down"}, In: in},
		{ID: Up, Keys: []string{"k", "up"}, In: in},
		{ID: First, Keys: []string{"g g", "home"}, In: in},
		{ID: Last, Keys: []string{"G", "end"}, In: in},
		{ID: HalfDown, Keys: []string{"ctrl+d"}, In: in},
		{ID: HalfUp, Keys: []string{"ctrl+u"}, In: in},
		{ID: PageDown, Keys: []string{"ctrl+f", "pgdown", "space"}, In: in},
		{ID: PageUp, Keys: []string{"ctrl+b", "pgup"}, In: in},
	}
}

func places() []Action {
	in := []Context{Global}
	return []Action{
		{ID: GoConversations, Keys: []string{"1", "g i"}, In: in},
		{ID: GoContacts, Keys: []string{"2", "g c"}, In: in},
		{ID: GoPrivacy, Keys: []string{"3", "g p"}, In: in},
		{ID: GoActivity, Keys: []string{"4", "g o"}, In: in},
		{ID: GoAccounts, Keys: []string{"5", "g a"}, In: in},
	}
}

func inList() []Action {
	in := []Context{List}
	both := []Context{List, Timeline}
	return []Action{
		{ID: Open, Keys: []string{"enter", "l", "right"}, In: []Context{List, Contacts, Privacy, Search, Activity, Accounts}, Need: NeedRow, Hint: 1},
		{ID: Reply, Keys: []string{"r"}, In: []Context{List, Timeline, Search}, Need: NeedRow, Hint: 2},
		{ID: ReplyVia, Keys: []string{"R"}, In: both, Need: NeedRow, Hint: 3},
		{ID: New, Keys: []string{"m"}, In: []Context{Global}, Hint: 4},
		{ID: SearchFor, Keys: []string{"/"}, In: []Context{Global}, Hint: 5},
		{ID: Filter, Keys: []string{"\\"}, In: []Context{List, Contacts}, Hint: 6},
		{ID: Archive, Keys: []string{"e"}, In: both, Need: NeedRow, Hint: 7, Destroy: true},
		{ID: Delete, Keys: []string{"d"}, In: both, Need: NeedRow, Destroy: true},
		{ID: ToggleRead, Keys: []string{"U"}, In: both, Need: NeedRow},
		{ID: ToggleStar, Keys: []string{"*"}, In: both, Need: NeedRow},
		{ID: Tag, Keys: []string{"t"}, In: in, Need: NeedRow},
		{ID: NextView, Keys: []string{"}"}, In: in},
		{ID: PrevView, Keys: []string{"{"}, In: in},
		{ID: UnreadOnly, Keys: []string{"z u"}, In: in},
	}
}

func inTimeline() []Action {
	in := []Context{Timeline}
	return []Action{
		{ID: NextConversation, Keys: []string{"J"}, In: []Context{List, Timeline}, Need: NeedRow, Hint: 13},
		{ID: PrevConversation, Keys: []string{"K"}, In: []Context{List, Timeline}, Need: NeedRow},
		{ID: Forward, Keys: []string{"f"}, In: in, Need: NeedMessage},
		{ID: Attachments, Keys: []string{"v"}, In: in, Need: NeedFiles, Hint: 12},
		{ID: Browser, Keys: []string{"o"}, In: in, Need: NeedLinks, Hint: 14},
		{ID: Copy, Keys: []string{"y"}, In: in, Need: NeedMessage, Hint: 15},
		{ID: Fold, Keys: []string{"enter", "z a"}, In: in, Need: NeedMessage},
		{ID: Raw, Keys: []string{"z r"}, In: in, Need: NeedMessage},
		{ID: FullDates, Keys: []string{"z t"}, In: []Context{List, Timeline}},
	}
}

func inComposer() []Action {
	in := []Context{Composer}
	return []Action{
		{ID: ToReview, Keys: []string{"esc"}, In: in, Hint: 1},
		{ID: Channel, Keys: []string{"ctrl+t"}, In: in, Hint: 2},
		{ID: Editor, Keys: []string{"ctrl+o"}, In: in, Hint: 3},
		{ID: Attach, Keys: []string{"ctrl+a"}, In: in, Hint: 4},
		{ID: Cancel, Keys: []string{"ctrl+c"}, In: in, Hint: 5},
		{ID: NextField, Keys: []string{"tab"}, In: in},
		{ID: PrevField, Keys: []string{"shift+tab"}, In: in},
		{ID: ShowCopy, Keys: []string{"alt+c"}, In: in},
		{ID: Detach, Keys: []string{"alt+a"}, In: in, Destroy: true},
	}
}

func inReview() []Action {
	in := []Context{Review}
	return []Action{
		{ID: SendNow, Keys: []string{"y"}, In: in, Hint: 1},
		{ID: Edit, Keys: []string{"e", "esc"}, In: in, Hint: 2},
		{ID: EditTo, Keys: []string{"t"}, In: in, Hint: 3},
		{ID: EditSubject, Keys: []string{"s"}, In: in, Hint: 4},
		{ID: ReviewAttach, Keys: []string{"a"}, In: in, Hint: 5},
		{ID: ReviewChannel, Keys: []string{"c"}, In: in, Hint: 6},
		{ID: SendLater, Keys: []string{"l"}, In: in, Hint: 8},
		{ID: Postpone, Keys: []string{"p"}, In: in, Hint: 7},
		{ID: Discard, Keys: []string{"q"}, In: in, Hint: 9, Destroy: true},
	}
}

func inOthers() []Action {
	card, people := []Context{Contact}, []Context{Contacts}
	return []Action{
		{ID: WriteTo, Keys: []string{"w"}, In: []Context{Contacts, Contact}, Need: NeedRow, Hint: 2},
		{ID: Rename, Keys: []string{"n"}, In: card, Hint: 3},
		{ID: Join, Keys: []string{"M"}, In: []Context{Contacts, Contact}, Need: NeedRow, Hint: 4},
		{ID: Split, Keys: []string{"S"}, In: card, Need: NeedRow, Hint: 5},
		{ID: Pin, Keys: []string{"p"}, In: card, Need: NeedRow, Hint: 6},
		{ID: MovePeople, Keys: []string{"P"}, In: []Context{List, Contact}, Need: NeedRow},
		{ID: MoveBulk, Keys: []string{"L"}, In: []Context{List, Contact}, Need: NeedRow},
		{ID: Add, Keys: []string{"a"}, In: people, Hint: 3},
		{ID: Add, Keys: []string{"a"}, In: []Context{Accounts}, Need: NeedSetup, Hint: 3},
		{ID: Remove, Keys: []string{"x"}, In: []Context{Accounts}, Need: NeedRow, Hint: 4, Destroy: true},
		{ID: Filter, Keys: []string{"/", "\\"}, In: []Context{Keys}, Hint: 1},
		{ID: Copy, Keys: []string{"ctrl+y"}, In: []Context{Setup}},
		{ID: Retry, Keys: []string{"s"}, In: []Context{Activity}, Need: NeedRow, Hint: 2},
		{ID: TakeBack, Keys: []string{"T"}, In: []Context{Activity, Timeline}, Need: NeedWaiting, Hint: 3},
		{ID: Discard, Keys: []string{"d"}, In: []Context{Activity}, Need: NeedDraft, Hint: 4, Destroy: true},
		{ID: NextField, Keys: []string{"tab", "down"}, In: []Context{Setup}, Hint: 1},
		{ID: PrevField, Keys: []string{"shift+tab", "up"}, In: []Context{Setup}},
		{ID: Open, Keys: []string{"enter"}, In: []Context{Palette, Picker}, Hint: 2},
		{ID: GoOn, Keys: []string{"enter"}, In: []Context{Setup}, Hint: 2},
		{ID: Back, Keys: []string{"esc"}, In: []Context{Setup}, Hint: 9},
		{ID: Back, Keys: []string{"esc", "ctrl+c"}, In: []Context{Palette}, Hint: 9},
		{ID: Down, Keys: []string{"down", "ctrl+n"}, In: []Context{Palette}},
		{ID: Up, Keys: []string{"up", "ctrl+p"}, In: []Context{Palette}},
		{ID: Confirm, Keys: []string{"y"}, In: []Context{Question}, Hint: 1},
		{ID: Decline, Keys: []string{"n", "esc", "q"}, In: []Context{Question}, Hint: 2},
		{ID: Complete, Keys: []string{"tab"}, In: []Context{Palette}, Hint: 3},
	}
}

func inSearch() []Action {
	in, box := []Context{Search}, []Context{Saved}
	return []Action{
		{ID: Narrow, Keys: []string{"f"}, In: in, Need: NeedAsked, Hint: 2},
		{ID: Widen, Keys: []string{"backspace"}, In: in},
		{ID: KeepSearch, Keys: []string{"W"}, In: in, Need: NeedAsked, Hint: 3},
		{ID: GoSaved, Keys: []string{"g s"}, In: []Context{Global}},
		{ID: Open, Keys: []string{"enter", "l", "right"}, In: box, Need: NeedRow, Hint: 1},
		{ID: Discard, Keys: []string{"d"}, In: box, Need: NeedRow, Hint: 2, Destroy: true},
		{ID: Undo, Keys: []string{"u"}, In: box, Need: NeedUndo, Hint: 3},
	}
}

func aboutKeys() []Action {
	card, global := []Context{Contact}, []Context{Global}
	return []Action{
		{ID: CompareKey, Keys: []string{"v"}, In: card, Need: NeedKey, Hint: 2},
		{ID: AcceptKey, Keys: []string{"a"}, In: card, Need: NeedDoubt, Hint: 2},
		{ID: KeepKey, Keys: []string{"o"}, In: card, Need: NeedDoubt, Hint: 2},
		{ID: FindKey, Keys: []string{"f"}, In: card, Need: NeedMail, Hint: 2},
		{ID: RefuseKey, Keys: []string{"x"}, In: card, Need: NeedKey, Destroy: true},
		{ID: Matches, Keys: []string{"y"}, In: []Context{Compare}, Hint: 1},
		{ID: RefuseKey, Keys: []string{"n"}, In: []Context{Compare}, Hint: 2, Destroy: true},
		{ID: ShowCode, Keys: []string{"c"}, In: []Context{Compare}, Need: NeedRow, Hint: 3},
		{ID: MakeKey, Keys: []string{"K"}, In: []Context{Accounts}, Need: NeedOwn, Hint: 5},
		{ID: Snooze, Keys: []string{"s"}, In: []Context{Privacy}, Need: NeedStep, Hint: 2},
		{ID: Never, Keys: []string{"x"}, In: []Context{Privacy}, Need: NeedStep, Hint: 3, Destroy: true},
		{ID: Better, Keys: []string{"alt+v"}, In: []Context{Composer}, Need: NeedAdvice, Hint: 6},
		{ID: Better, Keys: []string{"v"}, In: []Context{Review}, Need: NeedAdvice, Hint: 2},
		{ID: Unlock, Keys: []string{"alt+k"}, In: []Context{Composer, Review}},
		{ID: Invitation, Keys: []string{"I"}, In: []Context{Contacts}, Hint: 5},
		{ID: Invitation, Keys: []string{"I"}, In: global},
		{ID: Unlock, Keys: []string{"g k"}, In: global},
		{ID: Lock, Keys: []string{"g K"}, In: global},
	}
}

func everywhere() []Action {
	in := []Context{Global}
	return []Action{
		{ID: Why, Keys: []string{"i"}, In: []Context{Global, Review}, Hint: 11},
		{ID: ContactCard, Keys: []string{"c"}, In: []Context{List, Timeline, Search}, Need: NeedRow},
		{ID: Undo, Keys: []string{"u"}, In: in, Need: NeedUndo},
		{ID: NextHit, Keys: []string{"n"}, In: in, Need: NeedHits},
		{ID: PrevHit, Keys: []string{"N"}, In: in, Need: NeedHits},
		{ID: Pane, Keys: []string{"tab"}, In: in},
		{ID: Sync, Keys: []string{"$"}, In: in},
		{ID: OpenPalette, Keys: []string{"ctrl+p"}, In: in},
		{ID: Command, Keys: []string{":"}, In: in, Hint: 17},
		{ID: Help, Keys: []string{"?"}, In: in, Hint: 18},
		{ID: Back, Keys: []string{"esc", "h", "left", "q"}, In: []Context{Global, Overlay}, Hint: 16},
		{ID: Redraw, Keys: []string{"ctrl+l"}, In: in},
		{ID: Suspend, Keys: []string{"ctrl+z"}, In: in},
		{ID: Quit, Keys: []string{"ctrl+c"}, In: in},
		{ID: Quit, Keys: []string{"q"}, In: []Context{List}, Hint: 16},
	}
}

// Package queue says what a ticket, a window and a service are, and what may
// happen next. It decides and never does: a command and a time go in, events
// come out. It has no clock, no input or output, no goroutine, no randomness
// and no log; the test over the imports enforces it.
//
// # The two verbs
//
// [State.Decide] reads the state, never changes it, and answers a command with
// events or with a [Refusal]. [State.Apply] changes the state by one recorded
// event and never refuses. They are two so that an event which could not be
// made durable leaves no mark, and so that a trail can be replayed without
// deciding anything again.
//
// # Glossary
//
// These words are the same in code, JSON, pages and documents.
//
//	hall        one service hall; one daemon runs one hall
//	day         the business day, opened and closed by command, named 2006-01-02
//	service     a queue one can take a number for (社保, 不动产登记, …)
//	item        one of the hall's matters (事项); many items lead to one service
//	class       the priority class of a ticket: normal, priority, …
//	chain       a one-stop chain (一条龙): a fixed graph of steps, with a version
//	step        one part of a chain: a person's, at a window, or a paper's
//	paper step  a step without the person (材料流转), on the back office's list
//	join        how many of its predecessors a step waits for: all, or any n
//	journey     one person's way through a chain, under one number
//	walk        the way from one area of the hall to another, and its time
//	ticket      a number on paper or screen; its identity is day and number
//	token       the random text in a ticket's QR code
//	leg         one wait-and-serve cycle of a ticket; the unit of waiting and rating
//	visit       one person's presence in the hall; it is called to one place at a time
//	line        legs with the same right to be called, in the order of their calls
//	slip        the paper of a ticket
//	window      a numbered place where staff serve
//	staff       whoever sits at a window
//	call        the invitation of a leg to a window
//	recall      the same invitation again
//	arrive      the citizen has come to the window, service begins
//	no-show     the citizen did not come
//	recover     a citizen who missed the call waits again: in time in front, later with half the wait
//	hold        service interrupted, the citizen comes back to the same window
//	undo        the last press at a window counts no more; the record of it stays
//	void        a number that never reached anybody is taken back
//	appointment a booking for a service at a time (slot); its code is the check-in
//	freeze      all clocks of the hall stand, for an evacuation
//	quota       how many numbers a service gives out on a day or in a slice of it
//	range       the numbers of a service, first to last
//	transfer    the ticket goes on to another service or window
//	finish      service ends; the leg is done and a rating is asked for
//	prompt      the keypad's question for a rating; its nonce binds leg and window
//	rating      one citizen's word, 5 (very satisfied) to 1, about one leg
//	ballot      the right of a served leg to one rating, for a week
//	follow-up   a bad rating on its way to being put right (差评核查整改)
//	keypad      the device at the window on which a rating is pressed
//	call box    the device on which staff press next, recall, …
//	board       the sign over a window
//	wall        the large screen with all calls
//	kiosk       where a number is taken: a touch screen or a panel of buttons
//	seniority   the time a leg's waiting counts from
//	order       how the waiting are ordered: accumulating, fifo, strict or ratio
//	credit      what a leg has earned by waiting; the largest is called
//	tier        the kind of right to be called: directed, front, guard, due, pool, early, chosen
//	forecast    an interval for a wait, never a bare number
//	promise     what the hall owes its citizens, as queue/audit checks it in the records
//	version     of a configuration or a chain; what it names never changes
//	warning     an alert that a clock raises and clears by itself
//	level       who is told of a warning: window, section, manager, supervision
//	record      an event with sequence, time, actor and command, in the trail
//	trail       all records since the beginning
//
// # The life of a leg
//
//	   take, check_in        printed, unknown or no slip
//	(none) ───────► reserved ───────────────────────────► waiting ◄───┐
//	                 │    └── print failed: stays reserved,  │        │ recover, missed_rest,
//	            void,│        until kept or reprinted   call │        │ resume, hold_for,
//	       void_after▼                                       ▼        │ undo
//	                void          no_show ◄──────────────  called ────┤
//	                                                     arrive │     │
//	                                                            ▼     │
//	       transferred, done, cancelled, expired ◄─────── serving ► held
//
// # The states of a window
//
//	closed → idle → calling → serving → idle; idle → paused → idle;
//	idle → draining (takes only legs directed to it) → closed
package queue

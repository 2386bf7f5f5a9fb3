package queue

import (
	"fmt"
	"strings"
)

// Refusal is the answer to a command that may not be carried out. Nothing has
// changed and nothing was recorded.
type Refusal struct {
	Code string   `json:"code"`           // stable, for programs
	Say  string   `json:"say"`            // one sentence for people, with the remedy, in zh-CN
	Text string   `json:"text,omitempty"` // which of the code's sentences it is
	Args []string `json:"args,omitempty"` // what the sentence speaks of
}

// Error makes a refusal an error.
func (r *Refusal) Error() string { return r.Code + ": " + r.Say }

// In is the same refusal with its sentence in a language, "zh-TW" or "en";
// any other is zh-CN. No refusal, and one that the queue did not make, stay as
// they are.
func (r *Refusal) In(lang string) *Refusal {
	if r == nil || texts[r.Text] == (sentence{}) {
		return r
	}
	args := make([]any, len(r.Args))
	for i, arg := range r.Args {
		args[i] = spoken(arg, lang)
	}
	said := *r
	said.Say = fmt.Sprintf(texts[r.Text].in(lang), args...)
	return &said
}

// refuse builds a refusal from a text, which is a code or a code with the
// variant of its sentence behind a dot.
func refuse(text string, args ...any) *Refusal {
	code, _, _ := strings.Cut(text, ".")
	r := &Refusal{Code: code, Text: text}
	for _, arg := range args {
		r.Args = append(r.Args, fmt.Sprint(arg))
	}
	return r.In(langDefault)
}

// The codes of refusals.
const (
	CodeBadCommand      = "bad_command"
	CodeDayNotOpen      = "day_not_open"
	CodeDayOpen         = "day_already_open"
	CodeDayPassed       = "day_passed"
	CodeFrozen          = "hall_frozen"
	CodeNotFrozen       = "hall_not_frozen"
	CodeNoService       = "unknown_service"
	CodeNoClass         = "unknown_class"
	CodeNoWindow        = "unknown_window"
	CodeNoTicket        = "unknown_ticket"
	CodeNoKiosk         = "unknown_kiosk"
	CodeNoBooking       = "unknown_booking"
	CodeBooked          = "already_booked"
	CodeBookingDay      = "booking_other_day"
	CodeWindowClosed    = "window_closed"
	CodeWindowOpen      = "window_already_open"
	CodeWindowPaused    = "window_paused"
	CodeWindowBusy      = "window_busy"
	CodePeopleWaiting   = "people_waiting"
	CodeNobodyHere      = "nobody_at_window"
	CodeNothingWaiting  = "nothing_waiting"
	CodeNotEligible     = "not_eligible"
	CodePersonBusy      = "person_busy"
	CodeCallsSpent      = "chosen_calls_spent"
	CodeRecallLimit     = "recall_limit"
	CodeRecallTooSoon   = "recall_too_soon"
	CodeNoShowTooSoon   = "no_show_too_soon"
	CodeWrongState      = "wrong_ticket_state"
	CodeReasonMissing   = "reason_missing"
	CodeReasonUnknown   = "unknown_reason"
	CodeReprintLimit    = "reprint_limit"
	CodeNoPrinter       = "no_printer"
	CodeNoAlert         = "unknown_alert"
	CodeConfigInUse     = "configuration_in_use"
	CodeConfigOld       = "configuration_old"
	CodeClockUnsure     = "clock_unsure"
	CodeClockSure       = "clock_sure"
	CodeDiskFull        = "disk_full"
	CodeOneMore         = "one_more"
	CodeAlreadyWaiting  = "already_waiting"
	CodeQuotaDay        = "quota_day"
	CodeQuotaSlice      = "quota_slice"
	CodeTooLate         = "too_late_today"
	CodeNothingToUndo   = "nothing_to_undo"
	CodeUndoTooLate     = "undo_too_late"
	CodeUndoDepends     = "undo_depends"
	CodeChainFixed      = "chain_fixed"
	CodeNoChain         = "unknown_chain"
	CodeNoJourney       = "no_journey"
	CodeNoStep          = "unknown_step"
	CodeStepAtWindow    = "step_at_window"
	CodeStepRequired    = "step_required"
	CodeNothingToRate   = "nothing_to_rate"
	CodeStandardChanged = "rating_standard_changed"
	CodeNoFollowup      = "unknown_followup"
	CodeFollowupOver    = "followup_over"
	CodeBadgeMissing    = "badge_missing"
	CodeSecondPerson    = "second_person"
	CodeStepMissing     = "step_missing"
	CodeNoLook          = "unknown_look"
	CodeLookConfirmed   = "look_confirmed"
)

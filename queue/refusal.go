package queue

import "fmt"

// Refusal is the answer to a command that may not be carried out. Nothing has
// changed and nothing was recorded.
type Refusal struct {
	Code string `json:"code"` // stable, for programs
	Say  string `json:"say"`  // one sentence for people, with the remedy
}

// Error makes a refusal an error.
func (r *Refusal) Error() string { return r.Code + ": " + r.Say }

// refuse builds a refusal; say is a format.
func refuse(code, say string, args ...any) *Refusal {
	return &Refusal{Code: code, Say: fmt.Sprintf(say, args...)}
}

// The codes of refusals.
const (
	CodeBadCommand     = "bad_command"
	CodeDayNotOpen     = "day_not_open"
	CodeDayOpen        = "day_already_open"
	CodeDayPassed      = "day_passed"
	CodeNoService      = "unknown_service"
	CodeNoClass        = "unknown_class"
	CodeNoWindow       = "unknown_window"
	CodeNoTicket       = "unknown_ticket"
	CodeNoKiosk        = "unknown_kiosk"
	CodeWindowClosed   = "window_closed"
	CodeWindowOpen     = "window_already_open"
	CodeWindowPaused   = "window_paused"
	CodeWindowBusy     = "window_busy"
	CodeNobodyHere     = "nobody_at_window"
	CodeNothingWaiting = "nothing_waiting"
	CodeRecallLimit    = "recall_limit"
	CodeRecallTooSoon  = "recall_too_soon"
	CodeWrongState     = "wrong_ticket_state"
	CodeReasonMissing  = "reason_missing"
	CodeReprintLimit   = "reprint_limit"
	CodeNoPrinter      = "no_printer"
	CodeNoAlert        = "unknown_alert"
	CodeConfigInUse    = "configuration_in_use"
	CodePersonBusy     = "person_busy"
	CodeChainFixed     = "chain_fixed"
	CodeNoChain        = "unknown_chain"
	CodeNoJourney      = "no_journey"
	CodeNoStep         = "unknown_step"
	CodeStepAtWindow   = "step_at_window"
	CodeStepRequired   = "step_required"
)

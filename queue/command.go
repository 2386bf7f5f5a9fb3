package queue

import (
	"encoding/json"
	"fmt"
	"time"
)

// Command is a wish. The set of commands is closed.
type Command interface {
	decide(s *State, in Input) (Outcome, error)
}

// Input is what a command comes with. Time and chance are given, so that the
// same input in the same state always gives the same outcome.
type Input struct {
	At    time.Time // UTC, whole milliseconds
	Nonce string    // fresh random text, at least 20 characters; tokens and prompts are made of it
}

// Outcome is what a command leads to.
type Outcome struct {
	Events []Event
	Result any // for the answer; marshals to a JSON object, nil for none
}

func events1(result any, es ...Event) (Outcome, error) {
	return Outcome{Events: es, Result: result}, nil
}

// DecodeCommand reads a command from its JSON object, whose member "type"
// names it. Members that a command does not have are ignored, as the outside
// contract allows both sides to grow. The error is a *Refusal.
func DecodeCommand(data []byte) (Command, error) {
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, refuse("bad_command.json", err)
	}
	decode, ok := commands[head.Type]
	if !ok {
		return nil, refuse("bad_command.type", head.Type)
	}
	c, err := decode(data)
	if err != nil {
		return nil, refuse("bad_command.fields", head.Type, err)
	}
	return c, nil
}

// CommandNames lists the types that DecodeCommand knows.
func CommandNames() []string {
	names := make([]string, 0, len(commands))
	for name := range commands {
		names = append(names, name)
	}
	return names
}

// commands are those that clients may send; what only Lobby itself says
// (print results, device reports, configuration, ticks) is not among them.
var commands = map[string]func([]byte) (Command, error){
	"take":      command[Take],
	"keep":      command[Keep],
	"reprint":   command[Reprint],
	"call_next": command[CallNext],
	"call":      command[Call],
	"recall":    command[Recall],
	"arrive":    command[Arrive],
	"finish":    command[Finish],
	"no_show":   command[NoShow],
	"recover":   command[Recover],
	"hold":      command[Hold],
	"resume":    command[Resume],
	"transfer":  command[Transfer],
	"cancel":    command[Cancel],
	"void":      command[Void],
	"undo":      command[Undo],
	"book":      command[Book],
	"unbook":    command[Unbook],
	"check_in":  command[CheckIn],
	"freeze":    command[Freeze],
	"unfreeze":  command[Unfreeze],
	"reclass":   command[Reclass],
	"rate":      command[Rate],
	"invite":    command[Invite],

	"followup_note":    command[FollowupNote],
	"followup_appeal":  command[FollowupAppeal],
	"followup_exclude": command[FollowupExclude],
	"followup_close":   command[FollowupClose],

	"footage_view":    command[FootageView],
	"footage_export":  command[FootageExport],
	"footage_confirm": command[FootageConfirm],
	"footage_keep":    command[FootageKeep],
	"camera_shutter":  command[CameraShutter],

	"window_open":   command[WindowOpen],
	"window_pause":  command[WindowPause],
	"window_resume": command[WindowResume],
	"window_drain":  command[WindowDrain],
	"window_close":  command[WindowClose],
	"day_open":      command[DayOpen],
	"clock_confirm": command[ClockConfirm],
	"day_close":     command[DayClose],
	"alert_ack":     command[AlertAck],
	"step_finish":   command[StepFinish],
	"step_skip":     command[StepSkip],
	"step_repeat":   command[StepRepeat],
}

func command[C Command](data []byte) (Command, error) {
	var c C
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("%w", err)
	}
	return c, nil
}

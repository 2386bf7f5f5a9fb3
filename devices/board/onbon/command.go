package onbon

import (
	"encoding/binary"
	"errors"
)

// Command groups and commands, section 8.
const (
	groupAnswer  = 0xA0 // 7: with 00 an acknowledgement, with 01 a refusal
	groupFile    = 0xA1
	groupSystem  = 0xA2
	groupDisplay = 0xA3

	cmdStatus  = 0x02 // of groupFile, 8.4
	cmdPing    = 0x00 // of groupSystem, 8.7
	cmdDynamic = 0x06 // of groupDisplay, 8.2.1

	mustAnswer = 0x01
	commonSize = 5 // group, command, reply or error, two more bytes
)

// Fields of a dynamic area, section 9.1.
const (
	inPixels      = 0x8000 // in X and width: pixels instead of units of eight
	runLoop       = 0
	manyLines     = 2
	wrapByCard    = 2
	modeStill     = 1
	modeUp        = 5
	speedMedium   = 4
	stayStill     = 10 // half seconds
	stayCall      = 4  // half seconds
	callArea      = 0  // the one dynamic area that is used
	deleteAll     = 0xFF
	alignLeftTop  = 0
	areaHeadBytes = 27
)

func ping() []byte { return []byte{groupSystem, cmdPing, mustAnswer, 0, 0} }

func status() []byte { return []byte{groupFile, cmdStatus, mustAnswer, 0, 0} }

// clearAll deletes every dynamic area. The 02 is what the maker's own host
// sends; 8.2.1 only knows 0 and 1 in its place.
func clearAll() []byte {
	return []byte{groupDisplay, cmdDynamic, mustAnswer, 2, 0, deleteAll, 0}
}

// area writes the text over the whole sign. The cards cannot blink: a fresh
// call rolls in from below again and again instead.
func (o Options) area(text string, fresh bool) []byte {
	return o.areaOf(o.encode(text), fresh)
}

func (o Options) areaOf(shown []byte, fresh bool) []byte {
	mode, speed, stay := byte(modeStill), byte(0), byte(stayStill)
	if fresh {
		mode, speed, stay = modeUp, speedMedium, stayCall
	}

	b := []byte{groupDisplay, cmdDynamic, mustAnswer, 0, 0, 0 /* delete none */, 1 /* one area */}
	b = binary.LittleEndian.AppendUint16(b, uint16(areaHeadBytes+len(shown)))
	b = append(b, 0 /* text area */)
	b = binary.LittleEndian.AppendUint16(b, inPixels)
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint16(b, inPixels|uint16(o.Width))
	b = binary.LittleEndian.AppendUint16(b, uint16(o.Height))
	b = append(b, callArea, 0 /* line gap */, runLoop, 0, 0 /* never times out */)
	b = append(b, 0 /* no sound */, 0 /* no extension */, alignLeftTop)
	b = append(b, manyLines, wrapByCard, mode, 0 /* exit */, speed, stay)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(shown)))
	return append(b, shown...)
}

// answerTo says whether data answers the request, and what it says.
func answerTo(request, data []byte) (answer []byte, err error, ours bool) {
	if len(data) < commonSize {
		return nil, nil, false
	}
	known := data[0] == groupAnswer && data[1] <= 1 ||
		data[0] == request[0] && data[1] == request[1]
	if !known {
		return nil, nil, false
	}
	if code := data[2]; code != 0 {
		return nil, Refusal(code), true
	}
	if data[0] == groupAnswer && data[1] == 1 {
		return nil, Refusal(0), true
	}
	return data[commonSize:], nil, true
}

// dynamicAreas reads from the answer to a status request how many dynamic
// areas the card holds (8.4). The BX-5K1 leaves out the two bytes about the
// special area, which only the length of the answer tells.
func dynamicAreas(answer []byte) (int, error) {
	const (
		special = 15 // on/off, brightness, time 8, programmes, name 4
		tail    = 28 // bar code 16, network id 12
	)
	for _, at := range []int{special + 2, special} {
		if len(answer) > at && len(answer) == at+1+int(answer[at])+tail {
			return int(answer[at]), nil
		}
	}
	return 0, errors.New("status is not understood")
}

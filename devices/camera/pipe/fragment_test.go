package pipe

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
)

func onePicture() []byte {
	return AppendPicture(nil, Fragment{Track: Picture, Sequence: 2, Time: 1<<32 + 7200},
		Sample{Duration: 7200, Offset: 3600, Key: true}, [][]byte{{0x65, 0xaa}})
}

func twoSounds() Fragment {
	return Fragment{Track: Sound, Sequence: 9, Time: 48000, Samples: []Sample{
		{Duration: 1024, Key: true, Data: []byte{1, 2, 3}}, {Duration: 1024, Key: true, Data: []byte{4}},
	}}
}

func TestFragmentByteForByte(t *testing.T) {
	want := "000000686d6f6f66" + // moof, 104 bytes
		"000000106d66686400000000" + "00000002" + // mfhd, second fragment
		"0000005074726166" + // traf
		"000000107466686400020000" + "00000001" + // tfhd, base is moof, track 1
		"000000147466647401000000" + "0000000100001c20" + // tfdt of 64 bits
		"000000247472756e01000f01" + "00000001" + "00000070" + // trun, one sample, data at 112
		"00001c20" + "00000006" + "02000000" + "00000e10" +
		"0000000e6d646174" + "0000000265aa"
	if got := hex.EncodeToString(onePicture()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestFragmentIsTakenApart(t *testing.T) {
	f, err := ParseFragment(onePicture())
	if err != nil || f.Track != Picture || f.Time != 1<<32+7200 || len(f.Samples) != 1 || !f.Samples[0].Key || f.Samples[0].Offset != 3600 {
		t.Fatalf("%+v, %v", f, err)
	}
	nalus, err := NALUs(f.Samples[0].Data)
	if err != nil || len(nalus) != 1 || !bytes.Equal(nalus[0], []byte{0x65, 0xaa}) {
		t.Errorf("%x, %v", nalus, err)
	}
	if f, err = ParseFragment(twoSounds().AppendTo(nil)); err != nil || len(f.Samples) != 2 || f.Samples[1].Data[0] != 4 {
		t.Errorf("%+v, %v", f, err)
	}
	for _, bad := range [][]byte{{0}, {0, 0, 0, 2, 1}, {0xff, 0xff, 0xff, 0xff, 1}} {
		if _, err := NALUs(bad); !errors.Is(err, ErrFrame) {
			t.Errorf("%x: %v", bad, err)
		}
	}
}

// Whatever is taken apart would be written just so again: nothing of another
// layout passes.
func FuzzParseFragment(f *testing.F) {
	f.Add(onePicture())
	f.Add(twoSounds().AppendTo(nil))
	f.Add(onePicture()[:100])
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParseFragment(b)
		if err != nil {
			return
		}
		if back := p.AppendTo(nil); !bytes.Equal(back, b) {
			t.Fatalf("read %x, would write %x", b, back)
		}
		for _, s := range p.Samples {
			_, _ = NALUs(s.Data)
		}
	})
}
